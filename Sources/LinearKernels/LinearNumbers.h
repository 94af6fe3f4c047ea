// Scales and zero points as f32.

// f16 to f32, exactly, also its subnormal numbers, and also where the processor takes subnormal f32 for zero.
#if defined(LINEAR_TARGET)
INLINE vf widened(vu16x16 halves) {
  vf wide;
  wide.lo = (vf8)_mm256_cvtph_ps((__m128i)halves.lo);
  wide.hi = (vf8)_mm256_cvtph_ps((__m128i)halves.hi);
  return wide;
}
#else
INLINE vf widened(vu16x16 halves) {
  const vu bits = __builtin_convertvector(halves, vu);
  const vu magnitude = (bits & 0x7fff) << 13, fraction = bits & 0x3ff;
  // The exponent's bias is 127 and not 15; that of infinities and NaN is the largest there is.
  const vu special = (vu)(magnitude >= (vu)0x0f800000) & 0x38000000;
  const vu normal = magnitude + 0x38000000 + special;
  const vu subnormal = (vu)(__builtin_convertvector(fraction, vf) * 0x1p-24f);
  const vu is_small = (vu)(magnitude < (vu)0x00800000);
  return (vf)((is_small & subnormal) | (~is_small & normal) | ((bits & 0x8000) << 16));
}
#endif

// At most 16 things of `size` bytes each, and zeros behind them.
INLINE void copy_some(void *out, const void *source, size_t count, size_t size) {
  if (count >= 16) {
    memcpy(out, source, 16 * size);
  } else {
    memcpy(out, source, count * size);
  }
}

// Sixteen numbers, of which `count` may be read.
INLINE vf sixteen(oven_number type, const void *array, size_t index, size_t count) {
  if (type == oven_number_f16) {
    vu16x16 halves = 0;
    copy_some(&halves, (const uint16_t *)array + index, count, sizeof(uint16_t));
    return widened(halves);
  }
  vu8x16 bytes = 0;
  copy_some(&bytes, (const uint8_t *)array + index, count, 1);
  return type == oven_number_u8 ? __builtin_convertvector(bytes, vf)
                                : __builtin_convertvector((vs8x16)bytes, vf);
}

// Sixteen 4-bit numbers from an even index on, of which `count` may be read.
INLINE vf sixteen_nibbles(oven_number type, const void *array, size_t index, size_t count) {
  vu8x8 packed = 0;
  if (count >= 16) {
    memcpy(&packed, (const uint8_t *)array + index / 2, 8);
  } else {
    memcpy(&packed, (const uint8_t *)array + index / 2, (count + 1) / 2);
  }
  const vu8x8 low = packed & 15, high = packed >> 4;
  const vu8x16 bytes =
      __builtin_shufflevector(low, high, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  return type == oven_number_u4 ? __builtin_convertvector(bytes, vf)
                                : __builtin_convertvector((vs8x16)((bytes ^ 8) - 8), vf);
}

// `count` numbers of an array from `first` on; `out` has room for 16 more than `count`.
INLINE void numbers(oven_number type, const void *array, size_t first, size_t count, float *out) {
  if (type == oven_number_f32) {
    memcpy(out, (const float *)array + first, count * sizeof(float));
    return;
  }
  const int is_packed = type == oven_number_u4 || type == oven_number_i4;
  size_t done = 0;
  if (is_packed && first % 2) {
    oven_linear_numbers(type, array, first, 1, out);
    done = 1;
  }
  for (size_t i = done; i < count; i += 16) {
    const vf wide = is_packed ? sixteen_nibbles(type, array, first + i, count - i)
                              : sixteen(type, array, first + i, count - i);
    memcpy(out + i, &wide, sizeof wide);
  }
}

// Sixteen powers of two, of which `count` may be read.
INLINE vf sixteen_powers(const uint8_t *array, size_t count) {
  vu8x16 bytes = 0;
  copy_some(&bytes, array, count, 1);
  const vu exponents = __builtin_convertvector(bytes, vu);
  // The least of them is no normal number, and the greatest none at all.
  return (vf)((exponents << 23) | ((vu)(exponents == 0) & 0x00400000) | ((vu)(exponents == 255) & 0x00400000));
}

// numbers[i] · factors[i / span], both from a multiple of the span on.
INLINE void multiply_factors(const void *factors, size_t span, size_t first, size_t count, float *numbers) {
  for (size_t i = 0; i < count; i += 16 * span) {
    const size_t spans = (count - i) / span < 16 ? (count - i) / span : 16;
    const vf wide = sixteen(oven_number_f16, factors, (first + i) / span, spans);
    for (size_t j = 0; j < spans; j++) {
      for (size_t k = 0; k < span; k++) numbers[i + j * span + k] *= wide[j];
    }
  }
}

// Whether codes have a sign.
INLINE int is_signed(oven_number type) {
  switch (type) {
    case oven_number_u4:
    case oven_number_u5:
    case oven_number_u8:
      return 0;
    default:
      return 1;
  }
}

// Whether something is added to a matrix's centred codes.
INLINE int is_shifted(const oven_matrix *matrix) {
  return !is_signed(matrix->code_type) || matrix->zero_type != oven_number_none || has_minima(matrix);
}

INLINE void scale_numbers(const oven_matrix *matrix, size_t first, size_t count, float *scales) {
  if (matrix->scale_type == oven_number_e8m0) {
    const uint8_t *powers = (const uint8_t *)matrix->scales + first;
    for (size_t i = 0; i < count; i += 16) {
      const vf wide = sixteen_powers(powers + i, count - i);
      memcpy(scales + i, &wide, sizeof wide);
    }
  } else {
    numbers(matrix->scale_type, matrix->scales, first, count, scales);
  }
  if (matrix->scale_type == oven_number_i8) {
    multiply_factors(matrix->scale_factors, matrix->factor_groups, first, count, scales);
  }
  // The table holds twice the numbers.
  if (matrix->code_type == oven_number_f4) {
    for (size_t g = 0; g < count; g++) scales[g] *= 0.5f;
  }
}

// scales[g], and shifts[g] = scale · (centre − zero) + minimum, where the centre is that of codes that have no sign, for
// all groups of `rows` rows from `row` on; `scales` and `shifts` have room for 16 more.
INLINE void rows_numbers(const oven_matrix *matrix, int bits, size_t row, size_t rows, float *scales, float *shifts) {
  const size_t groups = matrix->columns / matrix->group, first = row * groups, count = rows * groups;
  scale_numbers(matrix, first, count, scales);
  if (!is_shifted(matrix)) return;
  const float middle = is_signed(matrix->code_type) ? 0 : (float)centre(bits);
  if (has_minima(matrix)) {
    numbers(matrix->minimum_type, matrix->minima, first, count, shifts);
    if (matrix->minimum_type == oven_number_i8) {
      multiply_factors(matrix->minimum_factors, matrix->factor_groups, first, count, shifts);
    }
    for (size_t g = 0; g < count; g++) shifts[g] += scales[g] * middle;
  } else if (matrix->zero_type != oven_number_none) {
    numbers(matrix->zero_type, matrix->zeros, first, count, shifts);
    for (size_t g = 0; g < count; g++) shifts[g] = scales[g] * (middle - shifts[g]);
  } else {
    for (size_t g = 0; g < count; g++) shifts[g] = scales[g] * middle;
  }
}

INLINE void row_numbers(const oven_matrix *matrix, int bits, size_t row, float *scales, float *shifts) {
  rows_numbers(matrix, bits, row, 1, scales, shifts);
}

// What is to be done to codes so that they have no sign.
INLINE int32_t sign_mask(const oven_matrix *matrix) {
  if (matrix->code_type == oven_number_i4) return (int32_t)0x88888888;
  return matrix->code_type == oven_number_i8 ? (int32_t)0x80808080 : 0;
}

#if defined(LINEAR_BF16)
// 32 numbers as bf16, rounded to the nearest even.
INLINE vi bf16_of(vf first, vf second) {
  return (vi)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
}
#endif
