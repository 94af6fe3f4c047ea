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

typedef float vf8 __attribute__((ext_vector_type(8)));
typedef float vf4 __attribute__((ext_vector_type(4)));
typedef float vf2 __attribute__((ext_vector_type(2)));

INLINE float lowest_lane(vf x) {
  vf8 eight = x.lo < x.hi ? x.lo : x.hi;
  vf4 four = eight.lo < eight.hi ? eight.lo : eight.hi;
  vf2 two = four.lo < four.hi ? four.lo : four.hi;
  return two[0] < two[1] ? two[0] : two[1];
}

INLINE float highest_lane(vf x) { return -lowest_lane(-x); }

// Codes of four bits, a byte each, packed from element `first` on, which may be in the high half of a byte.
static void put_nibbles(const uint8_t *codes, size_t count, uint8_t *values, size_t first) {
  for (size_t index = 0; index < count; index++) {
    size_t place = first + index;
    if (place & 1)
      values[place / 2] |= (uint8_t)(codes[index] << 4);
    else
      values[place / 2] = codes[index];
  }
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
    parts.minima[group] = lowest_lane(low);
    parts.maxima[group] = highest_lane(high);
    *squares += __builtin_convertvector(sum, vd);
  }
}

// In the order of the lanes, as the reference has it.
INLINE double lane_sum(vd lanes) {
  double sum = 0;
  for (int lane = 0; lane < LANES; lane++) sum += lanes[lane];
  return sum;
}

// The scales of 16 groups in their storage type, `count` of them to `output`, and what they then stand for.
INLINE vf put_scales(const oven_quantize_job *job, oven_scheme scheme, vf scales, size_t first, size_t count,
                     vi *overflows) {
  if (scheme == oven_scheme_mxfp4) {
    vu8 bytes = __builtin_convertvector(__builtin_bit_cast(vu, scales) >> 23, vu8);
    memcpy((char *)job->scales + first, &bytes, count);
    return scales;
  }
  // Beyond the range of the type: the largest finite number of that sign, and counted.
  if (job->scales_are_f32) {
    vi over = scales > 0x1.fffffep127f;
    *overflows -= over;
    scales = over ? (vf)0x1.fffffep127f : scales;
    memcpy((char *)job->scales + first * sizeof(float), &scales, count * sizeof(float));
    return scales;
  }
  vu bits = narrow_f16(scales);
  vi over = (vi)((bits & 0x7FFF) == 0x7C00);
  *overflows -= over;
  vu16 half = __builtin_convertvector(bits + __builtin_bit_cast(vu, over), vu16);
  memcpy((char *)job->scales + first * sizeof(uint16_t), &half, count * sizeof(uint16_t));
  return widen_f16(half);
}

INLINE void put_zero_points(const oven_quantize_job *job, oven_scheme scheme, vf zeros, size_t first,
                            size_t count) {
  vu8 bytes = __builtin_convertvector(zeros, vu8);
  if (is_eight_bit(scheme)) {
    memcpy(job->zero_points + first, &bytes, count);
  } else {
    uint8_t codes[LANES];
    memcpy(codes, &bytes, sizeof codes);
    put_nibbles(codes, count, job->zero_points, first);
  }
}

// Scales and zero points of a row's groups; the first of them is number `first` of the matrix.
INLINE void row_parameters(const oven_quantize_job *job, oven_scheme scheme, size_t first, size_t groups,
                           scratch_parts parts, oven_statistics *statistics) {
  vi overflows = 0;
  vf largest = 0;
  for (size_t group = 0; group < groups; group += LANES) {
    size_t count = groups - group < LANES ? groups - group : LANES;
    // The arrays end at a whole vector; what lies after the last group counts as zeros.
    for (size_t extra = count; extra < LANES; extra++)
      parts.minima[group + extra] = parts.maxima[group + extra] = 0;
    vf minima = load(parts.minima + group), maxima = load(parts.maxima + group);
    vf low = magnitude_of(minima), high = magnitude_of(maxima);
    low = low > high ? low : high;
    largest = low > largest ? low : largest;
    vf scales = scheme_scales(scheme, minima, maxima);
    store(parts.scales + group, scales);
    store(parts.stored + group, put_scales(job, scheme, scales, first + group, count, &overflows));
    vf zeros = scheme_zero_points(scheme, minima, scales);
    if (is_asymmetric(scheme)) put_zero_points(job, scheme, zeros, first + group, count);
    store(parts.minima + group, zeros); // the range is not needed any more
  }
  float magnitude = highest_lane(largest);
  if (magnitude > statistics->maximum_magnitude) statistics->maximum_magnitude = magnitude;
  statistics->overflow_count += __builtin_reduce_add(overflows);
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
INLINE void row_codes(oven_scheme scheme, const char *row, size_t columns, size_t group_size,
                      scratch_parts parts, int packed, uint8_t *output, vd *errors) {
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

#define OVEN_QUANTIZE(name)                                                                                  \
  static void quantize_##name(const oven_quantize_job *job, oven_statistics *statistics) {                   \
    quantize_rows(job, oven_scheme_##name, statistics);                                                      \
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
