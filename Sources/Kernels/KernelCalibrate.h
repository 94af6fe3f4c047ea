// What calibration does with 16 rows of a matrix at a time. Part of KernelBody.h; the formulas are explained in
// Sources/Quantization/Calibrated.
//
// A panel holds 16 rows turned on their side, [columns][16]: a vector is one column of it, so that each row is
// computed for itself, whatever rows stand beside it and however many threads work.

typedef struct {
  vf scale, zero_point, error;
} group_choice;

// What a number divided by its scale is rounded to, less the zero point.
INLINE vf level_of(oven_scheme scheme, vf x, vf zero_point) {
  vf level;
  if (!is_asymmetric(scheme)) {
    scheme_codes(scheme, x, 0, &level);
    return level;
  }
  vf highest = is_eight_bit(scheme) ? 255 : 15;
  x += zero_point;
  x = x < 0 ? (vf)0 : x;
  x = x > highest ? highest : x;
  return (x + MAGIC) - MAGIC - zero_point;
}

INLINE vf inverse_of(vf scale) {
  vi usable = magnitude_of(scale) > 0x1p-120f;
  return usable ? 1 / (usable ? scale : (vf)1) : (vf)0;
}

// A scale as it is stored; what is beyond the range of its type becomes the largest number of that.
INLINE vf stored_scale(oven_scheme scheme, int is_f32, vf scale) {
  if (is_f32 || scheme == oven_scheme_mxfp4) return scale;
  scale = scale > 65504 ? (vf)65504 : scale;
  scale = scale < -65504 ? (vf)-65504 : scale;
  return widen_f16(__builtin_convertvector(narrow_f16(scale), vu16));
}

INLINE vf group_error(const oven_search_job *job, size_t from, vf scale, vf zero_point) {
  vf inverse = inverse_of(scale), error = 0;
  for (size_t j = from; j < from + job->group_size; j++) {
    vf w = load(job->panel + j * LANES);
    vf off = w - level_of(job->scheme, w * inverse, zero_point) * scale;
    error += off * off * job->importances[j];
  }
  return error;
}

// The scale that fits the levels of another one best: Σ m w c / Σ m c².
INLINE vf fitted_scale(const oven_search_job *job, size_t from, vf scale, vf zero_point) {
  vf inverse = inverse_of(scale), product = 0, square = 0;
  for (size_t j = from; j < from + job->group_size; j++) {
    vf w = load(job->panel + j * LANES);
    vf c = level_of(job->scheme, w * inverse, zero_point), weighted = c * job->importances[j];
    product += w * weighted;
    square += c * weighted;
  }
  vi usable = square > 0;
  return usable ? product / (usable ? square : (vf)1) : scale;
}

INLINE void consider(const oven_search_job *job, size_t from, vf scale, vf zero_point, group_choice *best) {
  scale = stored_scale(job->scheme, job->scales_are_f32, scale);
  vf error = group_error(job, from, scale, zero_point);
  vi better = error < best->error;
  best->scale = better ? scale : best->scale;
  best->zero_point = better ? zero_point : best->zero_point;
  best->error = better ? error : best->error;
}

INLINE void sweep_symmetric(const oven_search_job *job, size_t from, vf largest, group_choice *best) {
  // How many levels the largest magnitude is taken to be away from zero.
  float first = job->scheme == oven_scheme_nf4 ? 0.80f : job->scheme == oven_scheme_fp4 ? 4.0f : 5.0f;
  float step = job->scheme == oven_scheme_nf4 ? 0.025f : 0.2f;
  for (int index = 0; index < 21; index++) {
    vf scale = guarded(largest) / (first + step * index);
    consider(job, from, fitted_scale(job, from, scale, 0), 0, best);
    if (job->scheme != oven_scheme_fp4) consider(job, from, fitted_scale(job, from, -scale, 0), 0, best);
  }
}

INLINE void sweep_asymmetric(const oven_search_job *job, size_t from, vf low, vf high, group_choice *best) {
  vf middle = (low + high) / 2;
  for (int index = 0; index < 15; index++) {
    vf scale = guarded((high - low) / 15) * (0.62f + 0.03f * index);
    vf exact = 7.5f - middle / scale, whole = (exact + MAGIC) - MAGIC;
    whole -= whole > exact ? (vf)1 : (vf)0;
    for (int offset = -1; offset <= 2; offset++) {
      vf zero = whole + (float)offset;
      zero = zero < 0 ? (vf)0 : zero > 15 ? (vf)15 : zero;
      consider(job, from, fitted_scale(job, from, scale, zero), zero, best);
    }
  }
}

static void search(const oven_search_job *job) {
  for (size_t from = 0, group = 0; from < job->columns; from += job->group_size, group++) {
    vf low = load(job->panel + from * LANES), high = low;
    for (size_t j = from; j < from + job->group_size; j++) {
      vf w = load(job->panel + j * LANES);
      low = w < low ? w : low;
      high = w > high ? w : high;
    }
    vf scale = scheme_scales(job->scheme, low, high);
    group_choice best;
    best.zero_point = scheme_zero_points(job->scheme, low, scale);
    best.scale = stored_scale(job->scheme, job->scales_are_f32, scale);
    best.error = group_error(job, from, best.scale, best.zero_point);
    if (job->sweeps) {
      vf largest = magnitude_of(low) > magnitude_of(high) ? magnitude_of(low) : magnitude_of(high);
      switch (job->scheme) {
      case oven_scheme_int4_symmetric: sweep_symmetric(job, from, largest, &best); break;
      case oven_scheme_nf4: sweep_symmetric(job, from, largest, &best); break;
      case oven_scheme_fp4: sweep_symmetric(job, from, largest, &best); break;
      case oven_scheme_int4_asymmetric: sweep_asymmetric(job, from, low, high, &best); break;
      case oven_scheme_mxfp4:
        for (float factor = 0.25f; factor <= 2; factor *= 2) consider(job, from, scale * factor, 0, &best);
        break;
      default: break;
      }
      if (job->scheme != oven_scheme_mxfp4)
        for (int repeat = 0; repeat < 3; repeat++)
          consider(job, from, fitted_scale(job, from, best.scale, best.zero_point), best.zero_point, &best);
    }
    store(job->scales + group * LANES, best.scale);
    store(job->zero_points + group * LANES, best.zero_point);
    store(job->errors + group * LANES, best.error);
  }
}

// target[j] += Σ errors[k] · factor[k][j] for the rows k of a block, the last row first, and the columns j < count.
INLINE void add_block(float *target, const float *errors, const float *factor, size_t stride, size_t rows,
                      size_t count) {
  size_t j = 0;
  for (; j + OVEN_TILE <= count; j += OVEN_TILE) {
    vf sum[OVEN_TILE];
#pragma clang loop unroll(full)
    for (int t = 0; t < OVEN_TILE; t++) sum[t] = load(target + (j + t) * LANES);
    for (size_t k = rows; k-- > 0;) {
      vf error = load(errors + k * LANES);
      const float *at = factor + k * stride + j;
#pragma clang loop unroll(full)
      for (int t = 0; t < OVEN_TILE; t++) sum[t] += error * at[t];
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < OVEN_TILE; t++) store(target + (j + t) * LANES, sum[t]);
  }
  for (; j < count; j++) {
    vf sum = load(target + j * LANES);
    for (size_t k = rows; k-- > 0;) sum += load(errors + k * LANES) * factor[k * stride + j];
    store(target + j * LANES, sum);
  }
}

static void compensate(const oven_compensate_job *job) {
  enum { block = 64 };
  float errors[block * LANES];
  size_t n = job->columns;
  memcpy(job->moved, job->panel, n * LANES * sizeof(float));
  for (size_t end = n; end > 0;) {
    size_t begin = (end - 1) / block * block;
    for (size_t k = end; k-- > begin;) {
      size_t group = job->groups[k];
      vf scale = load(job->scales + group * LANES);
      vf zero_point = load(job->zero_points + group * LANES);
      vf level = level_of(job->scheme, load(job->moved + k * LANES) * inverse_of(scale), zero_point);
      vf error = load(job->panel + k * LANES) - level * scale;
      store(job->levels + k * LANES, level);
      store(errors + (k - begin) * LANES, error);
      if (!job->factor) continue;
      const float *row = job->factor + k * n;
      for (size_t j = begin; j < k; j++)
        store(job->moved + j * LANES, load(job->moved + j * LANES) + error * row[j]);
    }
    if (job->factor)
      add_block(job->moved, errors, job->factor + begin * n, n, end - begin, begin);
    end = begin;
  }
}

// gradient += matrix · change, where a column of the panel changed.
INLINE void add_column(float *gradient, const float *row, size_t count, vf change) {
  for (size_t i = 0; i < count; i++) store(gradient + i * LANES, load(gradient + i * LANES) + change * row[i]);
}

static int all_zero(vf x) {
  vi set = x != 0;
  return !__builtin_reduce_or(set);
}

// The scale of one group for levels that stay: the step to the minimum of the quadratic form along them.
static void refit_scale(const oven_refine_job *job, size_t from, size_t to) {
  size_t n = job->columns;
  float *scale_at = job->scales + from / job->group_size * LANES;
  memset(job->product, 0, n * LANES * sizeof(float));
  vf slope = 0, curvature = 0;
  for (size_t i = from; i < to; i++) {
    vf level = load(job->levels + i * LANES);
    slope += level * load(job->gradient + i * LANES);
    if (!all_zero(level)) add_column(job->product, job->matrix + i * n, n, level);
  }
  for (size_t i = from; i < to; i++)
    curvature += load(job->levels + i * LANES) * load(job->product + i * LANES);
  vf scale = load(scale_at);
  vi usable = curvature > 0;
  vf better = stored_scale(job->scheme, job->scales_are_f32,
                           scale - (usable ? slope / (usable ? curvature : (vf)1) : (vf)0));
  // A scale that changed its sign would be another set of levels.
  better = better * scale > 0 ? better : scale;
  vf change = better - scale;
  store(scale_at, better);
  for (size_t i = 0; i < n; i++)
    store(job->gradient + i * LANES, load(job->gradient + i * LANES) + change * load(job->product + i * LANES));
}

static void refine(const oven_refine_job *job) {
  size_t n = job->columns;
  memset(job->gradient, 0, n * LANES * sizeof(float));
  for (size_t j = 0; j < n; j++) {
    vf scale = load(job->scales + j / job->group_size * LANES);
    add_column(job->gradient, job->matrix + j * n, n,
               load(job->levels + j * LANES) * scale - load(job->panel + j * LANES));
  }
  for (int sweep = 0; sweep < job->sweeps; sweep++) {
    if (job->scheme != oven_scheme_mxfp4)
      for (size_t from = 0; from < n; from += job->group_size) refit_scale(job, from, from + job->group_size);
    for (size_t j = 0; j < n; j++) {
      size_t group = j / job->group_size;
      float curvature = job->matrix[j * n + j];
      if (!(curvature > 0)) continue;
      vf scale = load(job->scales + group * LANES), level = load(job->levels + j * LANES);
      vf wanted = level * scale - load(job->gradient + j * LANES) / curvature;
      vf better = level_of(job->scheme, wanted * inverse_of(scale), load(job->zero_points + group * LANES));
      vf change = (better - level) * scale;
      if (all_zero(change)) continue;
      store(job->levels + j * LANES, better);
      add_column(job->gradient, job->matrix + j * n, n, change);
    }
  }
}

// sum[t] += Σ x_i · matrix[t][i] for the columns from ≤ i < to and the rows t < height.
INLINE void add_rows(vf sum[OVEN_TILE], const float *panel, const float *matrix, size_t stride, size_t from,
                     size_t to, size_t height) {
  if (height == OVEN_TILE) {
    for (size_t i = from; i < to; i++) {
      vf x = load(panel + i * LANES);
#pragma clang loop unroll(full)
      for (int t = 0; t < OVEN_TILE; t++) sum[t] += x * matrix[t * stride + i];
    }
  } else {
    for (size_t i = from; i < to; i++)
      for (size_t t = 0; t < height; t++) sum[t] += load(panel + i * LANES) * matrix[t * stride + i];
  }
}

// Σ x_j · matrix[j][i] · x_i of a symmetric matrix: what stands before its diagonal, in blocks of 8, counts twice.
static void quadratic_form(const float *panel, size_t columns, const float *matrix, double *sums) {
  enum { block = 8 };
  vd total = 0;
  for (size_t begin = 0; begin < columns; begin += block) {
    size_t end = columns - begin < block ? columns : begin + block;
    for (size_t j = begin; j < end; j += OVEN_TILE) {
      size_t height = end - j < OVEN_TILE ? end - j : OVEN_TILE;
      const float *rows = matrix + j * columns;
      vf sum[OVEN_TILE] = {0};
      add_rows(sum, panel, rows, columns, 0, begin, height);
      for (size_t t = 0; t < height; t++) sum[t] *= 2;
      add_rows(sum, panel, rows, columns, begin, end, height);
      for (size_t t = 0; t < height; t++)
        total += __builtin_convertvector(sum[t] * load(panel + (j + t) * LANES), vd);
    }
  }
  memcpy(sums, &total, sizeof total);
}

INLINE vd load_doubles(const double *at) {
  vd x;
  __builtin_memcpy(&x, at, sizeof x);
  return x;
}

// One block of the diagonal and the rows under it; the columns before `begin` have been taken off already.
static int factor_columns(double *a, size_t n, size_t begin, size_t end) {
  for (size_t j = begin; j < end; j++) {
    for (size_t i = j; i < n; i++) {
      double sum = a[i * n + j];
      for (size_t k = begin; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      if (i == j) {
        if (!(sum > 0) || !__builtin_isfinite(sum)) return 0;
        a[j * n + j] = __builtin_sqrt(sum);
      } else {
        a[i * n + j] = sum / a[j * n + j];
      }
    }
  }
  return 1;
}

// Lower Cholesky factor in place, block by block; what stands above the diagonal is left alone.
static int cholesky(double *a, size_t n) {
  enum { block = 48, height = OVEN_TILE / 2 };
  static _Thread_local double packed[block * LANES];
  for (size_t begin = 0; begin < n; begin += block) {
    size_t end = begin + block < n ? begin + block : n, depth = end - begin;
    if (!factor_columns(a, n, begin, end)) return 0;
    for (size_t j = end; j < n; j += LANES) {
      size_t width = n - j < LANES ? n - j : LANES;
      memset(packed, 0, sizeof packed);
      for (size_t t = 0; t < width; t++)
        for (size_t k = 0; k < depth; k++) packed[k * LANES + t] = a[(j + t) * n + begin + k];
      for (size_t i = j; i < n; i += height) {
        vd sum[height] = {0};
        size_t rows = n - i < height ? n - i : height;
        const double *left[height];
        for (size_t r = 0; r < height; r++) left[r] = a + (i + (r < rows ? r : rows - 1)) * n + begin;
        for (size_t k = 0; k < depth; k++) {
          vd right = load_doubles(packed + k * LANES);
#pragma clang loop unroll(full)
          for (int r = 0; r < height; r++) sum[r] += right * left[r][k];
        }
        for (size_t r = 0; r < rows; r++)
          for (size_t t = 0; t < width && j + t <= i + r; t++) a[(i + r) * n + j + t] -= sum[r][t];
      }
    }
  }
  return 1;
}
