// Rows to plain numbers of fewer bits, and sums over columns. Part of KernelBody.h.

// 16 numbers: their bits in `type`, saturated, and what those stand for.
INLINE vu narrowed(oven_type type, vf x, vf *result) {
  if (type == oven_type_f32) {
    *result = x;
    return __builtin_bit_cast(vu, x);
  }
  vu magnitude = __builtin_bit_cast(vu, x) & 0x7FFFFFFF;
  vu bits = type == oven_type_f16 ? narrow_f16(x) : narrow_bf16(x);
  // Finite before, infinite now: back to the largest finite number, whose bits are one less.
  vu infinity = type == oven_type_f16 ? (vu)0x7C00 : (vu)0x7F80;
  vi saturated = (vi)((magnitude < 0x7F800000) & ((bits & 0x7FFF) == infinity));
  bits -= saturated ? (vu)1 : (vu)0;
  vu16 narrow = __builtin_convertvector(bits, vu16);
  *result = type == oven_type_f16 ? widen_f16(narrow) : widen_bf16(narrow);
  return bits;
}

INLINE void put_narrow(oven_type type, vu bits, size_t count, char *output) {
  if (type == oven_type_f32) {
    memcpy(output, &bits, count * 4);
  } else {
    vu16 narrow = __builtin_convertvector(bits, vu16);
    memcpy(output, &narrow, count * 2);
  }
}

INLINE void convert_typed(const float *source, size_t rows, size_t columns, oven_type type, char *output,
                          oven_statistics *statistics) {
  size_t element = type == oven_type_f32 ? 4 : 2;
  // Where rounding begins to give an infinity.
  float limit = type == oven_type_f16 ? 65520.0f : 0x1.ffp127f;
  for (size_t row = 0; row < rows; row++, source += columns, output += columns * element) {
    vf squares = 0, errors = 0;
    vu largest = 0;
    vi overflows = 0, special = 0;
    for (size_t index = 0; index < columns; index += LANES) {
      size_t count = columns - index < LANES ? columns - index : LANES;
      vf x = 0, result;
      if (count == LANES)
        x = load(source + index);
      else
        memcpy(&x, source + index, count * sizeof(float));
      vu bits = narrowed(type, x, &result);
      put_narrow(type, bits, count, output + index * element);
      vu magnitude = __builtin_bit_cast(vu, x) & 0x7FFFFFFF;
      vi infinite = (vi)(magnitude >= 0x7F800000);
      special -= infinite;
      if (type != oven_type_f32) overflows -= (vi)(__builtin_bit_cast(vf, magnitude) >= limit) & ~infinite;
      magnitude = infinite ? (vu)0 : magnitude;
      largest = magnitude > largest ? magnitude : largest;
      vf error = infinite ? (vf)0 : result - x;
      vf finite = infinite ? (vf)0 : x;
      squares += finite * finite;
      errors += error * error;
    }
    double error = lane_sum(__builtin_convertvector(errors, vd));
    double mean = error / (double)columns;
    statistics->squares += lane_sum(__builtin_convertvector(squares, vd));
    statistics->squared_error += error;
    if (mean > statistics->maximum_row_error) statistics->maximum_row_error = mean;
    float magnitude = __builtin_bit_cast(float, __builtin_reduce_max(largest));
    if (magnitude > statistics->maximum_magnitude) statistics->maximum_magnitude = magnitude;
    statistics->overflow_count += __builtin_reduce_add(overflows);
    statistics->non_finite_count += __builtin_reduce_add(special);
  }
}

static void convert_rows(const float *source, size_t rows, size_t columns, oven_type type, void *output,
                         oven_statistics *statistics) {
  if (columns == 0) return;
  switch (type) {
  case oven_type_f32: return convert_typed(source, rows, columns, oven_type_f32, output, statistics);
  case oven_type_f16: return convert_typed(source, rows, columns, oven_type_f16, output, statistics);
  case oven_type_bf16: return convert_typed(source, rows, columns, oven_type_bf16, output, statistics);
  }
}

static void add_column_magnitudes(const float *source, size_t rows, size_t columns, double *sums) {
  for (size_t row = 0; row < rows; row++, source += columns)
    for (size_t column = 0; column < columns; column++) sums[column] += __builtin_fabsf(source[column]);
}
