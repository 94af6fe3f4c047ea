// Rows of numbers rounded to 8 bits.
//
// Few rows: for each chunk (64 bytes of codes) its numbers in the order of the codes' lanes, then, lane by lane, the
// factor, factor · sum and where the sum of products starts. Of a chunk of 128 the even numbers come first, as the low
// halves of bytes do.
//
// Many rows: all numbers [count][padded columns], then factors [count][units], factors · sums, and starts. Within a
// unit of 4-bit codes the even numbers come first.

typedef struct {
  vf scale, total;
  vi start;
} lanes_of_chunk;

INLINE size_t few_stride(const oven_matrix *matrix) { return chunk_length(matrix) + sizeof(lanes_of_chunk); }
INLINE size_t padded_columns(const oven_matrix *matrix) { return rounded_up(matrix->columns, 128); }

typedef struct {
  int8_t *codes;
  float *scales, *totals;
  int32_t *starts;
} many_rows;

INLINE many_rows many_of(const oven_matrix *matrix, const void *prepared, size_t count) {
  char *base = (char *)(uintptr_t)prepared;
  const size_t units = unit_count(matrix);
  many_rows rows;
  rows.codes = (int8_t *)base;
  base += rounded_up(count * padded_columns(matrix), 64);
  rows.scales = (float *)base;
  rows.totals = rows.scales + count * units;
  rows.starts = (int32_t *)(rows.totals + count * units);
  return rows;
}

// Rounds `length` numbers, of which `known` are there and the others zero; returns the factor.
INLINE float round_unit(const float *x, size_t known, size_t length, int8_t *out) {
  vf values[8];
  vf largest = 0;
  for (size_t i = 0; i < length; i += 16) {
    vf v = 0;
    if (i + 16 <= known) {
      v = load_floats(x + i);
    } else if (i < known) {
      memcpy(&v, x + i, (known - i) * sizeof(float));
    }
    values[i / 16] = v;
    largest = __builtin_elementwise_max(largest, __builtin_elementwise_abs(v));
  }
  const vf8 eight = __builtin_elementwise_max(largest.lo, largest.hi);
  const vf4 four = __builtin_elementwise_max(eight.lo, eight.hi);
  const vf2 two = __builtin_elementwise_max(four.lo, four.hi);
  const float magnitude = two.x > two.y ? two.x : two.y;
  // Below this the inverse would be infinite.
  const int is_tiny = !(magnitude > 1e-30f);
  const float inverse = is_tiny ? 0 : 127 / magnitude;
  for (size_t i = 0; i < length; i += 16) {
    // Adding 1.5 · 2²³ rounds to the nearest even integer, in the low bits.
    const vf shifted = values[i / 16] * inverse + 12582912.0f;
    const vi integers = (vi)shifted - 0x4b400000;
    const vs8x16 bytes = __builtin_convertvector(integers, vs8x16);
    memcpy(out + i, &bytes, sizeof bytes);
  }
  return is_tiny ? 0 : magnitude / 127;
}

INLINE void split_halves(const int8_t *in, size_t length, int8_t *out) {
  for (size_t i = 0; i < length / 2; i++) {
    out[i] = in[2 * i];
    out[length / 2 + i] = in[2 * i + 1];
  }
}

INLINE int32_t total_of(const int8_t *values, size_t length) {
  int32_t total = 0;
  for (size_t i = 0; i < length; i++) total += values[i];
  return total;
}

INLINE void write_lanes(int bits, const int8_t *block, const float *scales, size_t unit, char *out) {
  const size_t chunk = bits == 4 ? 128 : 64;
  if (bits == 4) {
    split_halves(block, 128, (int8_t *)out);
  } else {
    memcpy(out, block, 64);
  }
  float scale[16], total[16];
  int32_t start[16];
  for (size_t lane = 0; lane < 16; lane++) {
    const int32_t sum = total_of(block + lane * chunk / 16, chunk / 16);
    scale[lane] = scales[lane * (chunk / 16) / unit];
    total[lane] = scale[lane] * (float)sum;
    start[lane] = start_of(bits, sum);
  }
  memcpy(out + chunk, scale, 64);
  memcpy(out + chunk + 64, total, 64);
  memcpy(out + chunk + 128, start, 64);
}

INLINE void prepare_few(const oven_matrix *matrix, int bits, const float *x, char *out) {
  const size_t unit = unit_length(matrix), columns = matrix->columns, stride = few_stride(matrix);
  const size_t chunk = bits == 4 ? 128 : 64;
  for (size_t first = 0; first < columns; first += 128) {
    int8_t block[128];
    float scales[4];
    for (size_t i = 0; i < 128; i += unit) {
      const size_t at = first + i, known = at < columns ? columns - at : 0;
      scales[i / unit] = round_unit(x + (known ? at : 0), known, unit, block + i);
    }
    for (size_t i = 0; i < 128 && first + i < columns; i += chunk, out += stride) {
      write_lanes(bits, block + i, scales + i / unit, unit, out);
    }
  }
}

INLINE void prepare_many(const oven_matrix *matrix, int bits, const float *x, size_t row, many_rows out) {
  const size_t unit = unit_length(matrix), columns = matrix->columns, units = unit_count(matrix);
  int8_t *codes = out.codes + row * padded_columns(matrix);
  for (size_t u = 0; u < units; u++) {
    int8_t block[128];
    const float scale = round_unit(x + u * unit, columns - u * unit, unit, block);
    if (bits == 4) {
      split_halves(block, unit, codes + u * unit);
    } else {
      memcpy(codes + u * unit, block, unit);
    }
    const int32_t total = total_of(block, unit);
    out.scales[row * units + u] = scale;
    out.totals[row * units + u] = scale * (float)total;
    out.starts[row * units + u] = start_of(bits, total);
  }
}

static void prepare(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                    void *prepared) {
  const int bits = chunk_length(matrix) == 128 ? 4 : 8;
  for (size_t row = begin; row < end; row++) {
    const float *source = x + row * matrix->columns;
    if (count >= MANY_ROWS) {
      prepare_many(matrix, bits, source, row, many_of(matrix, prepared, count));
    } else {
      prepare_few(matrix, bits, source, (char *)prepared + row * chunk_count(matrix) * few_stride(matrix));
    }
  }
}
