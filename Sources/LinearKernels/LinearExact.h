// The product with unrounded numbers, and the gate.

INLINE vf codes_of(const oven_matrix *matrix, int bits, const uint8_t *codes, size_t column, size_t known) {
  vu8x16 bytes = 0;
  if (bits == 8) {
    memcpy(&bytes, codes + column, known);
  } else {
    vu8x8 packed = 0;
    memcpy(&packed, codes + column / 2, known / 2);
    const vu8x8 low = packed & 15, high = packed >> 4;
    bytes = __builtin_shufflevector(low, high, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  }
  const vu8x16 flip = (vu8x16)((uint8_t)(sign_mask(matrix) & (bits == 4 ? 8 : 128)));
  const vi centred = __builtin_convertvector(bytes ^ flip, vi) - centre(bits);
  return __builtin_convertvector(centred, vf);
}

INLINE void decode(const oven_matrix *matrix, int bits, size_t row, float *out, float *raw) {
  const size_t groups = matrix->columns / matrix->group;
  float *shifts = raw + rounded_up(groups + 16, 16);
  row_numbers(matrix, bits, row, raw, shifts);
  const uint8_t *codes = (const uint8_t *)matrix->codes + row * (matrix->columns * (size_t)bits / 8);
  const int shifted = is_shifted(matrix);
  for (size_t column = 0; column < matrix->columns; column += 16) {
    const size_t known = matrix->columns - column < 16 ? matrix->columns - column : 16;
    const size_t g = column / matrix->group;
    vf value = codes_of(matrix, bits, codes, column, known) * (vf)(raw[g]);
    if (shifted) value += (vf)(shifts[g]);
    memcpy(out + column, &value, known * sizeof(float));
  }
}

static void multiply_exactly(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                             float *y, size_t stride, void *scratch) {
  const size_t columns = matrix->columns, padded = rounded_up(columns, 16);
  float *row_values = scratch;
  memset(row_values + padded - 16, 0, 16 * sizeof(float));
  for (size_t row = begin; row < end; row++) {
    if (chunk_length(matrix) == 128) {
      decode(matrix, 4, row, row_values, row_values + padded);
    } else {
      decode(matrix, 8, row, row_values, row_values + padded);
    }
    for (size_t m = 0; m < count; m++) {
      const float *numbers = x + m * columns;
      vf sums[2] = {0, 0};
      size_t column = 0;
      for (; column + 32 <= columns; column += 32) {
        sums[0] = fused(load_floats(row_values + column), load_floats(numbers + column), sums[0]);
        sums[1] = fused(load_floats(row_values + column + 16), load_floats(numbers + column + 16), sums[1]);
      }
      for (; column < columns; column += 16) {
        vf last = 0;
        memcpy(&last, numbers + column, (columns - column < 16 ? columns - column : 16) * sizeof(float));
        sums[0] = fused(load_floats(row_values + column), last, sums[0]);
      }
      y[m * stride + row] = sum_of(sums[0] + sums[1]);
    }
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
      const size_t known = end - n < 16 ? end - n : 16;
      vf g = 0, u = 0;
      memcpy(&g, gate + m * stride + n, known * sizeof(float));
      memcpy(&u, up + m * stride + n, known * sizeof(float));
      // Of e^−|g|, so that nothing overflows.
      const vf e = exponential(-__builtin_elementwise_abs(g));
      const vf sigmoid = ((vi)(g < 0) ? e : (vf)(1.0f)) / (e + 1);
      const vf product = g * sigmoid * u;
      memcpy(gate + m * stride + n, &product, known * sizeof(float));
    }
  }
}
