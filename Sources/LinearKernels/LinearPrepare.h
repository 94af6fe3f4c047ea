// Rows of numbers rounded to 8 bits.
//
// Few rows: 16 bits, as 256 · coarse + fine, because memory sets the pace and another product costs little. For each
// chunk (64 bytes of codes) its coarse bytes in the order of the codes' lanes, its fine bytes, then, lane by lane, the
// factor, factor · sum and the sum, negated. Of a chunk of 128 the even numbers come first, as the low
// halves of bytes do.
//
// Many rows: all numbers [padded columns / 128][count][128], then factors [units][count], factors · sums, and negated sums:
// what is multiplied together lies together. Within a unit the even numbers come first, but for codes of a byte.

#include "LinearSizes.h"

// How many fine steps make a coarse one: a power of two, so that sums are joined by a shift.
#define FINE 256
#define FINE_BITS 8

typedef struct {
  float scale[16], total[16];
  int32_t below[16];
} lanes_of_chunk;

INLINE size_t padded_columns(const oven_matrix *matrix) { return rounded_up(matrix->columns, 128); }

typedef struct {
  int8_t *codes;
  float *scales, *totals;
  int32_t *below;
} many_rows;

INLINE many_rows many_of(const oven_matrix *matrix, const void *prepared, size_t count) {
  char *base = (char *)(uintptr_t)prepared;
  const size_t units = unit_count(matrix);
  many_rows rows;
  rows.codes = (int8_t *)base;
  base += rounded_up(count * padded_columns(matrix), 64);
  rows.scales = (float *)base;
  rows.totals = rows.scales + count * units;
  rows.below = (int32_t *)(rows.totals + count * units);
  return rows;
}

// Rounds `length` numbers, of which `known` are there and the others zero; returns the factor. What rounding left goes,
// in 256ths, into `fine` where that is not null.
INLINE float round_unit(const float *x, size_t known, size_t length, int8_t *out, int8_t *fine) {
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
    if (!fine) continue;
    const vf rest = fused(values[i / 16], (vf)(inverse), -(shifted - 12582912.0f)) * FINE;
    const vi rounded = (vi)(rest + 12582912.0f) - 0x4b400000;
    const vs8x16 fine_bytes = __builtin_convertvector(
        __builtin_elementwise_max(__builtin_elementwise_min(rounded, (vi)127), (vi)-127), vs8x16);
    memcpy(fine + i, &fine_bytes, sizeof fine_bytes);
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

INLINE void write_lanes(size_t chunk, const int8_t *coarse, const int8_t *fine, const float *scales, size_t unit,
                        char *out) {
  if (chunk == 128) {
    split_halves(coarse, 128, (int8_t *)out);
    split_halves(fine, 128, (int8_t *)out + 128);
  } else {
    memcpy(out, coarse, 64);
    memcpy(out + 64, fine, 64);
  }
  lanes_of_chunk lanes;
  for (size_t lane = 0; lane < 16; lane++) {
    const size_t first = lane * chunk / 16;
    const int32_t sum = FINE * total_of(coarse + first, chunk / 16) + total_of(fine + first, chunk / 16);
    lanes.scale[lane] = scales[first / unit] / FINE;
    lanes.total[lane] = lanes.scale[lane] * (float)sum;
    lanes.below[lane] = -sum;
  }
  memcpy(out + 2 * chunk, &lanes, sizeof lanes);
}

INLINE void prepare_few(const oven_matrix *matrix, size_t chunk, const float *x, char *out) {
  const size_t unit = unit_length(matrix), columns = matrix->columns, stride = few_chunk_size(matrix);
  for (size_t first = 0; first < columns; first += 128) {
    int8_t coarse[128], fine[128];
    float scales[8];
    for (size_t i = 0; i < 128; i += unit) {
      const size_t at = first + i, known = at < columns ? columns - at : 0;
      scales[i / unit] = round_unit(x + (known ? at : 0), known, unit, coarse + i, fine + i);
    }
    for (size_t i = 0; i < 128 && first + i < columns; i += chunk, out += stride) {
      write_lanes(chunk, coarse + i, fine + i, scales + i / unit, unit, out);
    }
  }
}

// A unit of 32 numbers, all there: as `round_unit` rounds them, even ones first where `is_split`.
INLINE float round_whole_unit(const float *x, int is_split, int8_t *out, int32_t *total) {
  const vf first = load_floats(x), second = load_floats(x + 16);
  const vf largest = __builtin_elementwise_max(__builtin_elementwise_abs(first), __builtin_elementwise_abs(second));
  const vf8 eight = __builtin_elementwise_max(largest.lo, largest.hi);
  const vf4 four = __builtin_elementwise_max(eight.lo, eight.hi);
  const vf2 two = __builtin_elementwise_max(four.lo, four.hi);
  const float magnitude = two.x > two.y ? two.x : two.y;
  const int is_tiny = !(magnitude > 1e-30f);
  const float inverse = is_tiny ? 0 : 127 / magnitude;
  const vi low = (vi)(first * inverse + 12582912.0f) - 0x4b400000, high = (vi)(second * inverse + 12582912.0f) - 0x4b400000;
  const vi sum = low + high;
  const vi8 sums = sum.lo + sum.hi;
  const vi4 halves = sums.lo + sums.hi;
  *total = halves.x + halves.y + halves.z + halves.w;
  vs8x16 bytes[2] = {__builtin_convertvector(low, vs8x16), __builtin_convertvector(high, vs8x16)};
  if (is_split) {
    const vs8x16 a = bytes[0], b = bytes[1];
    bytes[0] = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    bytes[1] = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  }
  memcpy(out, bytes, sizeof bytes);
  return is_tiny ? 0 : magnitude / 127;
}

// Unit `u` of a row.
INLINE void prepare_many_unit(const oven_matrix *matrix, size_t chunk, const float *x, size_t u, size_t row, size_t count,
                              many_rows out) {
  const size_t unit = unit_length(matrix), first = u * unit, columns = matrix->columns;
  int8_t *codes = out.codes + (first / MANY_COLUMNS * count + row) * MANY_COLUMNS + first % MANY_COLUMNS;
  const float *source = x + row * columns + first;
  float scale;
  int32_t total;
  if (unit == UNIT && first + UNIT <= columns) {
    scale = round_whole_unit(source, chunk == 128, codes, &total);
  } else {
    int8_t block[UNIT];
    scale = round_unit(source, columns - first, unit, block, NULL);
    if (chunk == 128) {
      split_halves(block, unit, codes);
    } else {
      memcpy(codes, block, unit);
    }
    total = total_of(block, unit);
  }
  out.scales[u * count + row] = scale;
  out.totals[u * count + row] = scale * (float)total;
  out.below[u * count + row] = -total;
}

// Rows [begin, end): as many at a time as factors are in a line of the cache.
INLINE void prepare_many(const oven_matrix *matrix, size_t chunk, const float *x, size_t begin, size_t end, size_t count,
                         many_rows out) {
  for (size_t first = begin; first < end; first += 16) {
    const size_t last = first + 16 < end ? first + 16 : end;
    for (size_t u = 0; u < unit_count(matrix); u++) {
      for (size_t row = first; row < last; row++) prepare_many_unit(matrix, chunk, x, u, row, count, out);
    }
  }
}

static void prepare(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                    void *prepared) {
  const size_t chunk = chunk_length(matrix);
  if (count >= OVEN_LINEAR_MANY_ROWS) {
#if defined(LINEAR_TILES)
    return prepare_tiles(matrix, chunk, x, begin, end, prepared);
#else
    return prepare_many(matrix, chunk, x, begin, end, count, many_of(matrix, prepared, count));
#endif
  }
  for (size_t row = begin; row < end; row++) {
    prepare_few(matrix, chunk, x + row * matrix->columns,
                (char *)prepared + row * chunk_count(matrix) * few_chunk_size(matrix));
  }
}
