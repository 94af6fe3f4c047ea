// Rows to codes. Part of KernelBody.h.

// The working memory, in the order of oven_quantize_scratch().
typedef struct {
  float *row;
  uint8_t *codes;
  float *minima, *maxima, *scales, *stored;
} scratch_parts;

INLINE scratch_parts divided(void *scratch, size_t columns, size_t groups) {
  char *at = scratch;
  size_t row = (columns * sizeof(float) + 63) & ~(size_t)63, codes = (columns + 63) & ~(size_t)63;
  size_t numbers = (groups * sizeof(float) + 63) & ~(size_t)63;
  scratch_parts parts;
  parts.row = (float *)at;
  parts.codes = (uint8_t *)(at + row);
  parts.minima = (float *)(at + row + codes);
  parts.maxima = (float *)(at + row + codes + numbers);
  parts.scales = (float *)(at + row + codes + 2 * numbers);
  parts.stored = (float *)(at + row + codes + 3 * numbers);
  return parts;
}

// The range of each group, and the squares of the row added to 16 lanes.
INLINE void row_ranges(const char *row, size_t columns, size_t group_size, scratch_parts parts, vd *squares) {
  for (size_t start = 0, group = 0; start < columns; start += group_size, group++) {
    const char *at = row + start * sizeof(float);
    float first;
    memcpy(&first, at, sizeof first);
    vf low = first, high = first, sum = 0;
    size_t index = 0;
    for (; index + LANES <= group_size; index += LANES) {
      vf x = load(at + index * sizeof(float));
      low = x < low ? x : low;
      high = x > high ? x : high;
      sum += x * x;
    }
    for (size_t lane = 0; index + lane < group_size; lane++) {
      float x;
      memcpy(&x, at + (index + lane) * sizeof(float), sizeof x);
      low[lane] = x < low[lane] ? x : low[lane];
      high[lane] = x > high[lane] ? x : high[lane];
      sum[lane] += x * x;
    }
    parts.minima[group] = __builtin_reduce_min(low);
    parts.maxima[group] = __builtin_reduce_max(high);
    *squares += __builtin_convertvector(sum, vd);
  }
}

// In the order of the lanes, as the reference has it.
INLINE double lane_sum(vd lanes) {
  double sum = 0;
  for (int lane = 0; lane < LANES; lane++) sum += lanes[lane];
  return sum;
}

// Scales and zero points of a row's groups; the first of them is number `first` of the matrix.
INLINE void row_parameters(const oven_quantize_job *job, oven_scheme scheme, size_t first, size_t groups,
                           scratch_parts parts, oven_statistics *statistics) {
  for (size_t group = 0; group < groups; group++) {
    float scale = scheme_scale(scheme, parts.minima[group], parts.maxima[group]);
    parts.scales[group] = scale;
    float stored = scale;
    if (scheme == oven_scheme_mxfp4) {
      ((uint8_t *)job->scales)[first + group] = (uint8_t)(__builtin_bit_cast(uint32_t, scale) >> 23);
    } else if (job->scales_are_f32) {
      if (stored > 0x1.fffffep127f) {
        stored = 0x1.fffffep127f;
        statistics->overflow_count++;
      }
      memcpy((char *)job->scales + (first + group) * sizeof(float), &stored, sizeof stored);
    } else {
      uint16_t bits = half_bits(scale);
      if ((bits & 0x7FFF) == 0x7C00) {
        bits--; // the largest finite number of that sign
        statistics->overflow_count++;
      }
      memcpy((char *)job->scales + (first + group) * sizeof bits, &bits, sizeof bits);
      stored = half_value(bits);
    }
    parts.stored[group] = stored;
    float zero = scheme_zero_point(scheme, parts.minima[group], scale);
    if (is_asymmetric(scheme)) {
      size_t place = first + group;
      if (is_eight_bit(scheme)) {
        job->zero_points[place] = (uint8_t)zero;
      } else if (place & 1) {
        job->zero_points[place / 2] |= (uint8_t)((uint8_t)zero << 4);
      } else {
        job->zero_points[place / 2] = (uint8_t)zero;
      }
      parts.minima[group] = zero; // its range is not needed any more
    }
  }
}

// Two codes of a byte each, or one: 16 codes to 8 or 16 bytes.
INLINE void put_codes(uint8_t *at, vi codes, int packed) {
  if (packed) {
    vu64_8 pairs = __builtin_bit_cast(vu64_8, codes);
    vu8_8 bytes = __builtin_convertvector(pairs | pairs >> 28, vu8_8);
    memcpy(at, &bytes, sizeof bytes);
  } else {
    vu8 bytes = __builtin_convertvector(codes, vu8);
    memcpy(at, &bytes, sizeof bytes);
  }
}

// Codes of a row. `packed`: two codes a byte, and all groups begin at a byte.
INLINE void row_codes(oven_scheme scheme, const char *row, size_t columns, size_t group_size, scratch_parts parts,
                      int packed, uint8_t *output, vd *errors) {
  for (size_t start = 0, group = 0; start < columns; start += group_size, group++) {
    const char *at = row + start * sizeof(float);
    uint8_t *out = output + (packed ? start / 2 : start);
    float scale = parts.scales[group], stored = parts.stored[group], zero = parts.minima[group];
    vf sum = 0;
    size_t index = 0;
    for (; index + LANES <= group_size; index += LANES) {
      vf x = load(at + index * sizeof(float)), values;
      vi codes = scheme_codes(scheme, x / scale, zero, &values);
      vf error = values * stored - x;
      sum += error * error;
      put_codes(out + (packed ? index / 2 : index), codes, packed);
    }
    if (index < group_size) {
      size_t rest = group_size - index;
      vf x = 0, values;
      memcpy(&x, at + index * sizeof(float), rest * sizeof(float));
      vi codes = scheme_codes(scheme, x / scale, zero, &values);
      vf error = values * stored - x;
      uint8_t bytes[LANES];
      put_codes(bytes, codes, packed);
      memcpy(out + (packed ? index / 2 : index), bytes, packed ? rest / 2 : rest);
      for (size_t lane = 0; lane < rest; lane++) sum[lane] += error[lane] * error[lane];
    }
    *errors += __builtin_convertvector(sum, vd);
  }
}

// A row with zeros for what is not finite; the number of those.
static int64_t copy_finite(const char *row, size_t columns, float *output) {
  int64_t count = 0;
  for (size_t index = 0; index < columns; index++) {
    uint32_t bits;
    memcpy(&bits, row + index * sizeof bits, sizeof bits);
    int finite = (bits & 0x7F800000) != 0x7F800000;
    count += !finite;
    if (!finite) bits = 0;
    memcpy(output + index, &bits, sizeof bits);
  }
  return count;
}

// Codes of a row that begins or whose groups begin inside of a byte.
static void put_nibbles(const uint8_t *codes, size_t count, uint8_t *values, size_t first) {
  for (size_t index = 0; index < count; index++) {
    size_t place = first + index;
    if (place & 1)
      values[place / 2] |= (uint8_t)(codes[index] << 4);
    else
      values[place / 2] = codes[index];
  }
}

INLINE void quantize_rows(const oven_quantize_job *job, oven_scheme scheme, oven_statistics *statistics) {
  size_t columns = job->columns, group_size = job->group_size, groups = columns / group_size;
  scratch_parts parts = divided(job->scratch, columns, groups);
  size_t element = job->source_type == oven_type_f32 ? 4 : 2;
  for (size_t number = 0; number < job->rows; number++) {
    const char *row = (const char *)job->source + number * columns * element;
    if (job->source_type != oven_type_f32) {
      widen(row, job->source_type, columns, parts.row);
      row = (const char *)parts.row;
    }
    vd squares = 0, errors = 0;
    row_ranges(row, columns, group_size, parts, &squares);
    double sum = lane_sum(squares);
    // Anything that is not finite makes the sum so.
    if (!(sum <= 0x1.fffffffffffffp1023)) {
      int64_t count = copy_finite(row, columns, parts.row);
      statistics->non_finite_count += count;
      row = (const char *)parts.row;
      if (count) {
        squares = 0;
        row_ranges(row, columns, group_size, parts, &squares);
        sum = lane_sum(squares);
      }
    }
    for (size_t group = 0; group < groups; group++) {
      float low = __builtin_fabsf(parts.minima[group]), high = __builtin_fabsf(parts.maxima[group]);
      if (low > statistics->maximum_magnitude) statistics->maximum_magnitude = low;
      if (high > statistics->maximum_magnitude) statistics->maximum_magnitude = high;
    }
    row_parameters(job, scheme, number * groups, groups, parts, statistics);
    if (is_eight_bit(scheme)) {
      row_codes(scheme, row, columns, group_size, parts, 0, job->values + number * columns, &errors);
    } else if (((columns | group_size) & 1) == 0) {
      row_codes(scheme, row, columns, group_size, parts, 1, job->values + number * columns / 2, &errors);
    } else {
      row_codes(scheme, row, columns, group_size, parts, 0, parts.codes, &errors);
      put_nibbles(parts.codes, columns, job->values, number * columns);
    }
    double error = lane_sum(errors);
    statistics->squares += sum;
    statistics->squared_error += error;
    double mean = error / (double)columns;
    if (mean > statistics->maximum_row_error) statistics->maximum_row_error = mean;
  }
}

#define OVEN_QUANTIZE(name)                                                                                    \
  static void quantize_##name(const oven_quantize_job *job, oven_statistics *statistics) {                     \
    quantize_rows(job, oven_scheme_##name, statistics);                                                        \
  }

OVEN_QUANTIZE(int4_symmetric)
OVEN_QUANTIZE(int4_asymmetric)
OVEN_QUANTIZE(int8_symmetric)
OVEN_QUANTIZE(int8_asymmetric)
OVEN_QUANTIZE(nf4)
OVEN_QUANTIZE(fp4)
OVEN_QUANTIZE(mxfp4)

static void quantize(const oven_quantize_job *job, oven_statistics *statistics) {
  if (job->columns == 0 || job->group_size == 0) return;
  switch (job->scheme) {
  case oven_scheme_int4_symmetric: return quantize_int4_symmetric(job, statistics);
  case oven_scheme_int4_asymmetric: return quantize_int4_asymmetric(job, statistics);
  case oven_scheme_int8_symmetric: return quantize_int8_symmetric(job, statistics);
  case oven_scheme_int8_asymmetric: return quantize_int8_asymmetric(job, statistics);
  case oven_scheme_nf4: return quantize_nf4(job, statistics);
  case oven_scheme_fp4: return quantize_fp4(job, statistics);
  case oven_scheme_mxfp4: return quantize_mxfp4(job, statistics);
  }
}
