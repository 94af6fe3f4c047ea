#!/usr/bin/env python3
"""Writes calibrated.json beside it: scale search, GPTQ and AWQ factors of small matrices, in plain numpy.

GPTQ is computed here by the inverse of H, as its paper has it, while Oven uses a factor of H itself. numpy 2.x.
"""
import json, os
import numpy as np

f32, f64 = np.float32, np.float64
rng = np.random.default_rng(16)
here = os.path.dirname(os.path.abspath(__file__))


def half(s):
    return np.asarray(s, np.float16).astype(f64)


def importances(H):
    d = np.diag(H)
    return d / d.mean() + 1e-4


def codes_sym(w, s):
    return np.clip(np.rint(w / s), -8, 7) if s != 0 else np.zeros_like(w)


def search_sym(w, m):
    """The best scale of one group, NNCF's among the candidates."""
    lo, hi = w.min(), w.max()
    nncf = (abs(lo) if abs(lo) >= hi else -hi) / 8
    def error(s):
        return (m * (w - s * codes_sym(w, s)) ** 2).sum()
    def fitted(s):
        c = codes_sym(w, s)
        return half((m * w * c).sum() / (m * c * c).sum()) if (m * c * c).sum() > 0 else half(s)
    best = half(nncf); least = error(best)
    top = np.abs(w).max()
    for d in np.arange(21) * 0.2 + 5:
        for sign in (1, -1):
            s = fitted(sign * top / d)
            if error(s) < least: best, least = s, error(s)
    for _ in range(3):
        s = fitted(best)
        if error(s) < least: best, least = s, error(s)
    return float(best), float(least)


def search_asym(w, m):
    lo, hi = w.min(), w.max()
    l0, h0 = min(lo, 0), max(hi, 0)
    nncf = (h0 - l0) / 15
    z0 = np.clip(-np.rint(l0 / nncf), 0, 15)
    def codes(s, z): return np.clip(np.rint(w / s + z), 0, 15) - z
    def error(s, z): return (m * (w - s * codes(s, z)) ** 2).sum()
    def fitted(s, z):
        c = codes(s, z)
        return half((m * w * c).sum() / (m * c * c).sum()) if (m * c * c).sum() > 0 else half(s)
    best = (half(nncf), z0); least = error(*best)
    for k in range(15):
        s0 = (hi - lo) / 15 * (0.62 + 0.03 * k)
        for off in (-1, 0, 1, 2):
            z = np.clip(np.floor(7.5 - (lo + hi) / 2 / s0) + off, 0, 15)
            s = fitted(s0, z)
            if error(s, z) < least: best, least = (s, z), error(s, z)
    for _ in range(3):
        s = fitted(*best)
        if error(s, best[1]) < least: best, least = (s, best[1]), error(s, best[1])
    return float(best[0]), float(best[1]), float(least)


def gptq(W, scales, H, group):
    """Codes by the inverse of H: act-order, static groups; U is the upper Cholesky factor of H⁻¹."""
    n = len(H)
    order = np.argsort(-np.diag(H).astype(f64), kind="stable")
    Hp = H[np.ix_(order, order)].astype(f64) + 0.01 * np.diag(H).mean() * np.eye(n)
    U = np.linalg.cholesky(np.linalg.inv(Hp)).T
    V = W[:, order].astype(f64).copy(); Q = np.zeros_like(V)
    for k in range(n):
        s = scales[:, order[k] // group]
        Q[:, k] = np.clip(np.rint(V[:, k] / s), -8, 7)
        e = (V[:, k] - Q[:, k] * s) / U[k, k]
        V[:, k:] -= np.outer(e, U[k, k:])
    result = np.zeros_like(Q); result[:, order] = Q
    return result


def loss(dW, H): return float(np.einsum("ri,ij,rj->", dW, H, dW))


def case(rows, columns, group, tokens):
    X = rng.standard_normal((tokens, columns)) @ (np.eye(columns) + 0.3 * rng.standard_normal((columns, columns)) / np.sqrt(columns))
    X *= np.exp(rng.standard_normal(columns) * 0.8)
    W = (rng.standard_normal((rows, columns)) * 0.05).astype(f32)
    H = ((X.T @ X) / tokens).astype(f32); a = np.abs(X).mean(0).astype(f32)
    m = importances(H.astype(f64))
    groups = columns // group; Wd = W.astype(f64)
    sym = [[search_sym(Wd[r, g * group:(g + 1) * group], m[g * group:(g + 1) * group]) for g in range(groups)] for r in range(rows)]
    asym = [[search_asym(Wd[r, g * group:(g + 1) * group], m[g * group:(g + 1) * group]) for g in range(groups)] for r in range(rows)]
    S = np.array([[x[0] for x in row] for row in sym])
    Q = gptq(Wd, S, H.astype(f64), group)
    spread = np.repeat(S, group, axis=1)
    near = np.clip(np.rint(Wd / spread), -8, 7)
    t = a.astype(f64) ** 0.375; t /= np.sqrt(t.max() * t.min())
    return {
        "rows": rows, "columns": columns, "group": group, "weights": W.ravel().tolist(), "hessian": H.ravel().tolist(),
        "magnitudes": a.tolist(), "sym_scales": S.ravel().tolist(), "sym_error": float(sum(x[1] for r in sym for x in r)),
        "asym_error": float(sum(x[2] for r in asym for x in r)),
        "gptq_codes": Q.astype(int).ravel().tolist(), "gptq_loss": loss(Q * spread - Wd, H.astype(f64)),
        "nearest_loss": loss(near * spread - Wd, H.astype(f64)), "total": loss(Wd, H.astype(f64)), "factors_375": t.tolist(),
    }


cases = [case(19, 32, 16, 200), case(16, 96, 96, 400)]
with open(os.path.join(here, "calibrated.json"), "w") as file: json.dump(cases, file)
