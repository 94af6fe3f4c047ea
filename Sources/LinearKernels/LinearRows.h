// What is done to rows of numbers between products.

// Sixteen numbers of a row, or what is left of it and zeros.
INLINE vf some_floats(const float *p, size_t known) {
  if (known >= 16) return load_floats(p);
  vf v = 0;
  memcpy(&v, p, known * sizeof(float));
  return v;
}

INLINE void store_floats(float *p, vf v, size_t known) {
  if (known >= 16) {
    memcpy(p, &v, sizeof v);
  } else {
    memcpy(p, &v, known * sizeof(float));
  }
}

static void normalize(const float *x, const float *weight, float epsilon, size_t count, size_t width, float *out) {
  for (size_t m = 0; m < count; m++, x += width, out += width) {
    vf squares[2] = {0, 0};
    for (size_t n = 0; n < width; n += 32) {
      const vf first = some_floats(x + n, width - n);
      squares[0] = fused(first, first, squares[0]);
      if (n + 16 >= width) break;
      const vf second = some_floats(x + n + 16, width - n - 16);
      squares[1] = fused(second, second, squares[1]);
    }
    const float mean = sum_of(squares[0] + squares[1]) / (float)width;
    const float factor = 1.0f / __builtin_sqrtf(mean + epsilon);
    for (size_t n = 0; n < width; n += 16) {
      const size_t known = width - n;
      store_floats(out + n, some_floats(x + n, known) * (vf)(factor) * some_floats(weight + n, known), known);
    }
  }
}

static void add(const float *a, const float *b, size_t count, float *out) {
  for (size_t n = 0; n < count; n += 16) {
    store_floats(out + n, some_floats(a + n, count - n) + some_floats(b + n, count - n), count - n);
  }
}

// e^x for x of at most 0, with an error of about 2 units in the last place.
INLINE vf exponential(vf x) {
  x = __builtin_elementwise_max(x, (vf)(-87.0f));
  const vf shifted = fused(x, (vf)(1.44269504f), (vf)(12582912.0f));
  const vf whole = shifted - 12582912.0f;
  vf rest = fused(whole, (vf)(-0.693359375f), x);
  rest = fused(whole, (vf)(2.12194440e-4f), rest);
  vf p = (vf)(1.9875691500e-4f);
  p = fused(p, rest, (vf)(1.3981999507e-3f));
  p = fused(p, rest, (vf)(8.3334519073e-3f));
  p = fused(p, rest, (vf)(4.1665795894e-2f));
  p = fused(p, rest, (vf)(1.6666665459e-1f));
  p = fused(p, rest, (vf)(5.0000001201e-1f));
  p = fused(p, rest * rest, rest + 1);
  return p * (vf)(((vi)shifted - 0x4b400000 + 127) << 23);
}

static void gate(float *gate, const float *up, size_t count, size_t begin, size_t end, size_t stride) {
  for (size_t m = 0; m < count; m++) {
    for (size_t n = begin; n < end; n += 16) {
      const vf g = some_floats(gate + m * stride + n, end - n), u = some_floats(up + m * stride + n, end - n);
      // Of e^−|g|, so that nothing overflows.
      const vf e = exponential(-__builtin_elementwise_abs(g));
      const vf sigmoid = ((vi)(g < 0) ? e : (vf)(1.0f)) / (e + 1);
      store_floats(gate + m * stride + n, g * sigmoid * u, end - n);
    }
  }
}
