// The product with unrounded numbers.

// Sixteen codes without sign, as numbers about their centre.
INLINE vf centred(vu8x16 codes, int bits) {
  return __builtin_convertvector(__builtin_convertvector(codes, vi) - centre(bits), vf);
}

// The codes of a chunk as numbers, in the order of columns.
INLINE void chunk_numbers(code_form form, const float *sixteen, chunk_codes chunk, float *out) {
  uint8_t even[64], odd[64];
  memcpy(even, &chunk.even, sizeof even);
  memcpy(odd, &chunk.odd, sizeof odd);
  if (form == form_numbers) {
    for (size_t i = 0; i < 64; i++) {
      out[2 * i] = sixteen[even[i]];
      out[2 * i + 1] = sixteen[odd[i]];
    }
    return;
  }
  const int bits = bits_of(form);
  for (size_t i = 0; i < 64; i += 16) {
    vu8x16 a, b;
    memcpy(&a, even + i, sizeof a);
    memcpy(&b, odd + i, sizeof b);
    if (form == form_bytes) {
      const vf numbers = centred(a, bits);
      memcpy(out + i, &numbers, sizeof numbers);
      continue;
    }
    const vf first = centred(__builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), bits);
    const vf second =
        centred(__builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), bits);
    memcpy(out + 2 * i, &first, sizeof first);
    memcpy(out + 2 * i + 16, &second, sizeof second);
  }
}

INLINE void decode(const oven_matrix *matrix, code_form form, size_t row, float *out, float *raw) {
  const size_t groups = matrix->columns / matrix->group, length = form == form_bytes ? 64 : 128;
  float *shifts = raw + rounded_up(groups + 16, 16);
  row_numbers(matrix, bits_of(form), row, raw, shifts);
  const row_codes at = row_codes_of(matrix, row);
  const code_rules rules = rules_of(matrix, form);
  const float *sixteen = form == form_numbers ? oven_linear_sixteen(matrix->code_type) : NULL;
  const int shifted = is_shifted(matrix);
  for (size_t first = 0, c = 0; first < matrix->columns; first += length, c++) {
    float numbers[128];
    chunk_numbers(form, sixteen, chunk_of(form, at, rules, 1, c), numbers);
    const size_t all = matrix->columns - first < length ? matrix->columns - first : length;
    for (size_t i = 0; i < all; i += 16) {
      const size_t known = all - i < 16 ? all - i : 16, g = (first + i) / matrix->group;
      vf value = load_floats(numbers + i) * (vf)(raw[g]);
      if (shifted) value += (vf)(shifts[g]);
      memcpy(out + first + i, &value, known * sizeof(float));
    }
  }
}

INLINE void decode_row(const oven_matrix *matrix, size_t row, float *out, float *raw) {
  const code_form form = form_of(matrix);
#define CASE(FORM) \
  if (form == FORM) return decode(matrix, FORM, row, out, raw)
  EACH_FORM(CASE);
#undef CASE
}

static void multiply_exactly(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                             float *y, size_t stride, void *scratch) {
  const size_t columns = matrix->columns, padded = rounded_up(columns, 16);
  float *row_values = scratch;
  memset(row_values + padded - 16, 0, 16 * sizeof(float));
  for (size_t row = begin; row < end; row++) {
    decode_row(matrix, row, row_values, row_values + padded);
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
