// Many rows of numbers where the processor multiplies tiles (AMX): 16 rows of the matrix by 32 columns, unpacked to bf16,
// times 32 columns of 16 rows of numbers. Nothing is rounded to 8 bits then, but everything to bf16, as the plugin does on
// such a processor; sums are f32.
//
// Prepared numbers are tiles of 1 KB, for 16 rows of numbers those of all columns one after the other. A tile has 16 lines
// of 16 pairs of columns, a pair for each row of numbers: what TDPBF16PS wants as its right operand. Columns go by steps of
// 64, two tiles: of 4-bit codes the first one has the even columns and the second one the odd ones, as the low and high
// halves of bytes do.

#include "LinearSizes.h"

typedef uint16_t vu16x32 __attribute__((ext_vector_type(32)));
typedef uint8_t vu8x32 __attribute__((ext_vector_type(32)));

// What LDTILECFG takes: eight tiles of 16 rows of 64 bytes.
typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} tile_shapes;

INLINE size_t tiles_of(size_t length, size_t tile) { return (length + tile - 1) / tile; }

// Tiles side by side that take so many columns: two for each step.
INLINE size_t depth_of(size_t columns) { return tiles_of(columns, STEP) * 2; }

// 32 numbers as bf16, rounded to the nearest even.
INLINE vi bf16_of(vf first, vf second) {
  return (vi)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
}

// Columns [first, first + STEP) of a row of numbers, zeros where there are no more, as lines of two tiles.
INLINE void prepared_lines(const oven_matrix *matrix, int bits, const float *x, size_t first, vi *line, vi *second) {
  float padded[STEP];
  const float *source = x + first;
  if (matrix->columns - first < STEP) {
    memset(padded, 0, sizeof padded);
    memcpy(padded, source, (matrix->columns - first) * sizeof(float));
    source = padded;
  }
  const vi low = bf16_of(load_floats(source), load_floats(source + 16));
  const vi high = bf16_of(load_floats(source + 32), load_floats(source + 48));
  if (bits == 8) {
    *line = low;
    *second = high;
    return;
  }
  // Pairs of neighbours: the even ones of all, then the odd ones.
  const vu16x32 a = (vu16x32)low, b = (vu16x32)high;
  *line = (vi)__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38,
                                      40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62);
  *second = (vi)__builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39,
                                        41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63);
}

// Rows [begin, end) of the numbers; `begin` is a tile's first.
INLINE void prepare_tiles(const oven_matrix *matrix, int bits, const float *x, size_t begin, size_t end, char *prepared) {
  const size_t depth = depth_of(matrix->columns);
  for (size_t row = begin; row < end; row += TILE) {
    const size_t rows = end - row < TILE ? end - row : TILE;
    char *out = prepared + row / TILE * depth * TILE_BYTES;
    for (size_t k = 0; k < matrix->columns; k += STEP, out += 2 * TILE_BYTES) {
      vi lines[16], second[16];
      for (size_t i = 0; i < TILE; i++) {
        lines[i] = second[i] = (vi)0;
        if (i < rows) prepared_lines(matrix, bits, x + (row + i) * matrix->columns, k, &lines[i], &second[i]);
      }
      transpose(lines);
      memcpy(out, lines, TILE_BYTES);
      transpose(second);
      memcpy(out + TILE_BYTES, second, TILE_BYTES);
    }
  }
}

// The working memory of one thread.
typedef struct {
  // Two tiles of rows, SPAN columns of each.
  char *panel;
  // [PANEL][SUMS_STRIDE]
  float *sums;
  // Of TILE rows, all groups.
  float *scales, *shifts;
} tiles_scratch;

INLINE tiles_scratch tiles_scratch_of(const oven_matrix *matrix, void *scratch) {
  tiles_scratch s;
  s.panel = scratch;
  s.sums = (float *)(s.panel + 2 * TILE * SPAN * 2);
  s.scales = s.sums + PANEL * SUMS_STRIDE;
  s.shifts = s.scales + TILE * groups_room(matrix);
  return s;
}

// 32 bytes as words, of which `room` may be read.
INLINE __m512i widened_bytes(const uint8_t *p, size_t room) {
  uint8_t copy[32];
  if (__builtin_expect(room < sizeof copy, 0)) {
    memset(copy, 0, sizeof copy);
    copy_codes(p, room, copy);
    p = copy;
  }
  vu8x32 bytes;
  memcpy(&bytes, p, sizeof bytes);
  return _mm512_cvtepu8_epi16((__m256i)bytes);
}

INLINE void store_line(char *out, __m512i line) { memcpy(out, &line, sizeof line); }

// The numbers that a group's sixteen codes stand for, as bf16.
INLINE __m256i numbers_of(vf centred, float scale, float shift) {
  return (__m256i)_mm512_cvtneps_pbh((__m512)fused(centred, (vf)scale, (vf)shift));
}

// How far ahead of its use memory is asked for, in bytes: the machine's own guesses end with each page.
#define TILES_AHEAD 1024

// Columns [first, end) of 4-bit codes of a row, a line of 64 bytes in each of the tiles that begin at `out`. A step takes 32
// bytes, each code an index into its group's sixteen numbers.
INLINE void unpack_nibbles(const oven_matrix *matrix, const uint8_t *codes, size_t room, size_t first, size_t end,
                           const float *scales, const float *shifts, char *out) {
  const vi lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const vf centred = __builtin_convertvector((lanes ^ (sign_mask(matrix) & 15)) - 8, vf);
  const size_t group = matrix->group, last = matrix->columns / group - 1;
  if (group == STEP / 2) {
    // The first half of a step is one group, the second one another.
    const __m512i half = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(16), 1);
    const __m512i low = _mm512_set1_epi16(15);
    for (size_t k = first; k < end; k += STEP, out += 2 * TILE_BYTES) {
      const size_t g = k / group, h = g < last ? g + 1 : last;
      const __m512i numbers = _mm512_inserti64x4(_mm512_castsi256_si512(numbers_of(centred, scales[g], shifts[g])),
                                                 numbers_of(centred, scales[h], shifts[h]), 1);
      __builtin_prefetch(codes + k / 2 + TILES_AHEAD);
      const __m512i both = widened_bytes(codes + k / 2, room - k / 2);
      // (codes & 15) | half
      const __m512i even = _mm512_ternarylogic_epi32(both, low, half, 0xea);
      const __m512i odd = _mm512_or_si512(_mm512_srli_epi16(both, 4), half);
      store_line(out, _mm512_permutexvar_epi16(even, numbers));
      store_line(out + TILE_BYTES, _mm512_permutexvar_epi16(odd, numbers));
    }
    return;
  }
  for (size_t k = first; k < end;) {
    const size_t g = k / group, stop = (g + 1) * group < end ? (g + 1) * group : end;
    // Twice the same, because an index has five bits.
    const __m512i numbers = _mm512_broadcast_i64x4(numbers_of(centred, scales[g], shifts[g]));
    for (; k < stop; k += STEP, out += 2 * TILE_BYTES) {
      __builtin_prefetch(codes + k / 2 + TILES_AHEAD);
      const __m512i both = widened_bytes(codes + k / 2, room - k / 2);
      store_line(out, _mm512_permutexvar_epi16(both, numbers));
      store_line(out + TILE_BYTES, _mm512_permutexvar_epi16(_mm512_srli_epi16(both, 4), numbers));
    }
  }
}

// 32 codes of a byte each as numbers.
INLINE __m512i numbers_of_bytes(const uint8_t *p, size_t room, __m512i sign, vf scale, vf shift) {
  const __m512i words = _mm512_xor_si512(widened_bytes(p, room), sign);
  const vf low = __builtin_convertvector((vi)_mm512_cvtepu16_epi32(_mm512_castsi512_si256(words)), vf);
  const vf high = __builtin_convertvector((vi)_mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(words, 1)), vf);
  return (__m512i)bf16_of(fused(low, scale, shift), fused(high, scale, shift));
}

// The same for codes of 8 bits.
INLINE void unpack_bytes(const oven_matrix *matrix, const uint8_t *codes, size_t room, size_t first, size_t end,
                         const float *scales, const float *shifts, char *out) {
  const __m512i sign = _mm512_set1_epi16((short)(sign_mask(matrix) & 255));
  const size_t group = matrix->group;
  for (size_t k = first; k < end; k += STEP, out += 2 * TILE_BYTES) {
    const size_t second = k + STEP / 2 < matrix->columns ? k + STEP / 2 : k;
    const size_t g = k / group, h = second / group;
    __builtin_prefetch(codes + k + TILES_AHEAD);
    store_line(out, numbers_of_bytes(codes + k, room - k, sign, (vf)scales[g], (vf)(shifts[g] - 128 * scales[g])));
    store_line(out + TILE_BYTES, numbers_of_bytes(codes + second, room - second, sign, (vf)scales[h],
                                                  (vf)(shifts[h] - 128 * scales[h])));
  }
}

// Columns [first, end) of up to 16 rows, one tile of rows.
INLINE void unpack_tile(const oven_matrix *matrix, int bits, size_t row, size_t rows, size_t first, size_t end,
                        tiles_scratch s, char *out) {
  const size_t row_bytes = matrix->columns * (size_t)bits / 8, groups = matrix->columns / matrix->group;
  rows_numbers(matrix, bits, row, rows, s.scales, s.shifts);
  if (!is_shifted(matrix)) memset(s.shifts, 0, rows * groups * sizeof(float));
  for (size_t i = 0; i < TILE; i++) {
    // What follows the last row is computed like it, and not written.
    const size_t r = i < rows ? i : rows - 1;
    const uint8_t *codes = (const uint8_t *)matrix->codes + (row + r) * row_bytes;
    const size_t room = (matrix->rows - row - r) * row_bytes;
    const float *scales = s.scales + r * groups, *shifts = s.shifts + r * groups;
    if (bits == 4) {
      unpack_nibbles(matrix, codes, room, first, end, scales, shifts, out + i * 64);
    } else {
      unpack_bytes(matrix, codes, room, first, end, scales, shifts, out + i * 64);
    }
  }
}

// Tiles are named by numbers that the compiler must know: four of sums, two of rows of numbers, two of rows of the matrix.
// M tiles of the latter and N of the former, one or two, make M · N sums: tile m + 2 · n. Whatever stands beside a row, its
// products are summed in one order.

INLINE void start_sums(int M, int N, const float *sums, int is_first) {
  const size_t stride = SUMS_STRIDE * sizeof(float);
  const float *below = sums + TILE * SUMS_STRIDE;
  if (is_first) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    return;
  }
  _tile_loadd(0, sums, stride);
  if (M > 1) _tile_loadd(1, below, stride);
  if (N > 1) _tile_loadd(2, sums + TILE, stride);
  if (M > 1 && N > 1) _tile_loadd(3, below + TILE, stride);
}

// Adds the product in `depth` tiles of columns.
INLINE void add_products(int M, int N, const char *a, size_t a_stride, const char *b, size_t b_stride, size_t depth) {
  for (size_t k = 0; k < depth; k++, a += TILE_BYTES, b += TILE_BYTES) {
    _tile_loadd(4, b, 64);
    _tile_loadd(6, a, 64);
    if (N > 1) _tile_loadd(5, b + b_stride, 64);
    if (M > 1) _tile_loadd(7, a + a_stride, 64);
    _tile_dpbf16ps(0, 6, 4);
    if (N > 1) _tile_dpbf16ps(2, 6, 5);
    if (M > 1) _tile_dpbf16ps(1, 7, 4);
    if (M > 1 && N > 1) _tile_dpbf16ps(3, 7, 5);
  }
}

INLINE void stop_sums(int M, int N, float *sums) {
  const size_t stride = SUMS_STRIDE * sizeof(float);
  float *below = sums + TILE * SUMS_STRIDE;
  _tile_stored(0, sums, stride);
  if (M > 1) _tile_stored(1, below, stride);
  if (N > 1) _tile_stored(2, sums + TILE, stride);
  if (M > 1 && N > 1) _tile_stored(3, below + TILE, stride);
}

// y[n][m] = sums[m][n] for 16 of each, of which `rows` and `batch` are wanted.
INLINE void write_tile(const float *sums, size_t rows, size_t batch, float *y, size_t stride) {
  vi lines[16];
  for (size_t i = 0; i < TILE; i++) lines[i] = load_ints(sums + i * SUMS_STRIDE);
  transpose(lines);
  const __mmask16 wanted = (__mmask16)((1u << rows) - 1);
  for (size_t i = 0; i < TILE; i++) {
    if (i < batch) _mm512_mask_storeu_ps(y + i * stride, wanted, (__m512)lines[i]);
  }
}

INLINE void write_sums(const float *sums, size_t rows, size_t batch, float *y, size_t stride) {
  for (size_t n = 0; n < batch; n += TILE) {
    for (size_t m = 0; m < rows; m += TILE) {
      write_tile(sums + m * SUMS_STRIDE + n, rows - m < TILE ? rows - m : TILE, batch - n, y + n * stride + m, stride);
    }
  }
}

// Columns [k, until) of M tiles of rows, one after the other.
INLINE void unpack_rows(const oven_matrix *matrix, int bits, int M, size_t row, size_t rows, size_t k, size_t until,
                        tiles_scratch s) {
  for (size_t m = 0; m < (size_t)M; m++) {
    const size_t left = rows - m * TILE;
    unpack_tile(matrix, bits, row + m * TILE, left < TILE ? left : TILE, k, until, s,
                s.panel + m * depth_of(until - k) * TILE_BYTES);
  }
}

// Rows [row, row + rows) of the matrix, M tiles of them, times `batch` rows of numbers, span after span, into s.sums.
INLINE void multiply_rows(const oven_matrix *matrix, int bits, int M, const char *b, size_t batch, size_t row, size_t rows,
                          tiles_scratch s) {
  const size_t columns = matrix->columns, b_stride = depth_of(columns) * TILE_BYTES;
  // Spans of about equal length.
  const size_t spans = tiles_of(columns, SPAN), span = rounded_up(tiles_of(columns, spans), STEP);
  const size_t tiles = tiles_of(batch, TILE);
  for (size_t k = 0; k < columns; k += span) {
    const size_t until = columns - k < span ? columns : k + span;
    const size_t depth = depth_of(until - k), a_stride = depth * TILE_BYTES;
    const char *at = b + k / STEP * 2 * TILE_BYTES;
    unpack_rows(matrix, bits, M, row, rows, k, until, s);
    for (size_t n = 0; n < tiles; n += 2, at += 2 * b_stride) {
      float *sums = s.sums + n * TILE;
      if (n + 1 < tiles) {
        start_sums(M, 2, sums, k == 0);
        add_products(M, 2, s.panel, a_stride, at, b_stride, depth);
        stop_sums(M, 2, sums);
      } else {
        start_sums(M, 1, sums, k == 0);
        add_products(M, 1, s.panel, a_stride, at, b_stride, depth);
        stop_sums(M, 1, sums);
      }
    }
  }
}

INLINE void tiles_matrix(const oven_matrix *matrix, int bits, const char *prepared, size_t count, size_t begin,
                         size_t end, float *y, size_t stride, tiles_scratch s) {
  const size_t b_stride = depth_of(matrix->columns) * TILE_BYTES;
  for (size_t first = 0; first < count; first += TILES_BATCH) {
    const size_t batch = count - first < TILES_BATCH ? count - first : TILES_BATCH;
    const char *b = prepared + first / TILE * b_stride;
    for (size_t row = begin; row < end; row += PANEL) {
      const size_t rows = end - row < PANEL ? end - row : PANEL;
      tiles_scratch part = s;
      for (size_t m = 0; m < rows; m += 2 * TILE, part.sums += 2 * TILE * SUMS_STRIDE) {
        if (rows - m > TILE) {
          multiply_rows(matrix, bits, 2, b, batch, row + m, rows - m, part);
        } else {
          multiply_rows(matrix, bits, 1, b, batch, row + m, rows - m, part);
        }
      }
      write_sums(s.sums, rows, batch, y + first * stride + row, stride);
    }
  }
}

static void multiply_tiles(const oven_matrix *matrix, const void *prepared, size_t count, size_t begin, size_t end,
                           float *y, size_t stride, void *scratch) {
  static const tile_shapes ours = {.palette = 1,
                                   .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
                                   .rows = {16, 16, 16, 16, 16, 16, 16, 16}};
  // The plugin's own products keep their tiles' shapes from call to call, so they get them back.
  tile_shapes theirs;
  _tile_storeconfig(&theirs);
  _tile_loadconfig(&ours);
  const tiles_scratch s = tiles_scratch_of(matrix, scratch);
  if (chunk_length(matrix) == 128) {
    tiles_matrix(matrix, 4, prepared, count, begin, end, y, stride, s);
  } else {
    tiles_matrix(matrix, 8, prepared, count, begin, end, y, stride, s);
  }
  _tile_loadconfig(&theirs);
}
