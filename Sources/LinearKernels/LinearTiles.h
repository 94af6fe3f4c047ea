// Many rows of numbers where the processor multiplies tiles (AMX): 16 rows of the matrix by 32 columns, unpacked to bf16,
// times 32 columns of 16 rows of numbers. Nothing is rounded to 8 bits then, but everything to bf16, as the plugin does on
// such a processor; sums are f32.
//
// Prepared numbers are tiles of 1 KB, for 16 rows of numbers those of all columns one after the other. A tile has 16 lines
// of 16 pairs of columns, a pair for each row of numbers: what TDPBF16PS wants as its right operand. Within 32 columns of
// 4-bit codes the even ones come first, as the low halves of bytes do.

#include "LinearSizes.h"

typedef uint16_t vu16x32 __attribute__((ext_vector_type(32)));

// What LDTILECFG takes: eight tiles of 16 rows of 64 bytes.
typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} tile_shapes;

INLINE size_t tiles_of(size_t length, size_t tile) { return (length + tile - 1) / tile; }

// 32 numbers as bf16, rounded to the nearest even.
INLINE vi bf16_of(vf first, vf second) {
  return (vi)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
}

// Columns [first, first + 32) of a row of numbers, zeros where there are no more.
INLINE vi prepared_line(const oven_matrix *matrix, int bits, const float *x, size_t first) {
  float padded[DEPTH];
  const float *source = x + first;
  if (matrix->columns - first < DEPTH) {
    memset(padded, 0, sizeof padded);
    memcpy(padded, source, (matrix->columns - first) * sizeof(float));
    source = padded;
  }
  const vi line = bf16_of(load_floats(source), load_floats(source + 16));
  if (bits == 8) return line;
  const vu16x32 words = (vu16x32)line;
  return (vi)__builtin_shufflevector(words, words, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 1, 3, 5,
                                     7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

// Rows [begin, end) of the numbers; `begin` is a tile's first.
INLINE void prepare_tiles(const oven_matrix *matrix, int bits, const float *x, size_t begin, size_t end, char *prepared) {
  const size_t depth = tiles_of(matrix->columns, DEPTH);
  for (size_t row = begin; row < end; row += TILE) {
    const size_t rows = end - row < TILE ? end - row : TILE;
    char *out = prepared + row / TILE * depth * TILE_BYTES;
    for (size_t k = 0; k < depth; k++, out += TILE_BYTES) {
      vi lines[16];
      for (size_t i = 0; i < TILE; i++) {
        lines[i] = i < rows ? prepared_line(matrix, bits, x + (row + i) * matrix->columns, k * DEPTH) : (vi)0;
      }
      transpose(lines);
      memcpy(out, lines, TILE_BYTES);
    }
  }
}

// The working memory of one thread.
typedef struct {
  char *panel;
  float *sums;
  float *scales, *shifts;
} tiles_scratch;

INLINE tiles_scratch tiles_scratch_of(const oven_matrix *matrix, void *scratch) {
  tiles_scratch s;
  s.panel = scratch;
  s.sums = (float *)(s.panel + PANEL * SPAN * 2);
  s.scales = s.sums + PANEL * SUMS_STRIDE;
  s.shifts = s.scales + groups_room(matrix);
  return s;
}

// 16 codes of a byte each as numbers around their centre.
INLINE vf centred_bytes(vi codes) { return __builtin_convertvector(codes, vf) - 128.0f; }

INLINE vi widened_bytes(const uint8_t *p, size_t room) {
  uint8_t copy[16] = {0};
  if (__builtin_expect(room < sizeof copy, 0)) {
    copy_codes(p, room, copy);
    p = copy;
  }
  vu8x16 bytes;
  memcpy(&bytes, p, sizeof bytes);
  return __builtin_convertvector(bytes, vi);
}

// Columns [first, end) of a row, a line of 64 bytes in each of the tiles that begin at `out`.
INLINE void unpack_line(const oven_matrix *matrix, int bits, size_t row, size_t first, size_t end, const float *scales,
                        const float *shifts, char *out) {
  const size_t row_bytes = matrix->columns * (size_t)bits / 8, all = matrix->rows * row_bytes;
  const uint8_t *codes = matrix->codes;
  const vi sign = (vi)(sign_mask(matrix) & 255);
  const vi lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const vf centred = __builtin_convertvector((lanes ^ (sign & 15)) - 8, vf);
  size_t g = first / matrix->group, next = (g + 1) * matrix->group;
  for (size_t k = first; k < end; k += DEPTH, out += TILE_BYTES) {
    const size_t offset = row * row_bytes + k * (size_t)bits / 8;
    if (k >= next) {
      g++;
      next += matrix->group;
    }
    const vf scale = (vf)(scales[g]), shift = (vf)(shifts[g]);
    vf low, high;
    if (bits == 4) {
      // Each code is an index into the group's sixteen numbers.
      const __m512 numbers = (__m512)fused(centred, scale, shift);
      const __m512i both = (__m512i)widened_bytes(codes + offset, all - offset);
      low = (vf)_mm512_permutexvar_ps(both, numbers);
      high = (vf)_mm512_permutexvar_ps(_mm512_srli_epi32(both, 4), numbers);
    } else {
      const size_t second = offset + 16 < all ? offset + 16 : offset;
      low = fused(centred_bytes(widened_bytes(codes + offset, all - offset) ^ sign), scale, shift);
      high = fused(centred_bytes(widened_bytes(codes + second, all - second) ^ sign), scale, shift);
    }
    const vi line = bf16_of(low, high);
    memcpy(out, &line, sizeof line);
  }
}

// Columns [first, end) of rows [row, row + rows), tiles of 16 rows, those of all columns one after the other.
INLINE void unpack_panel(const oven_matrix *matrix, int bits, size_t row, size_t rows, size_t first, size_t end,
                         tiles_scratch s) {
  const size_t depth = tiles_of(end - first, DEPTH), groups = matrix->columns / matrix->group;
  if (!is_shifted(matrix)) memset(s.shifts, 0, groups * sizeof(float));
  for (size_t i = 0; i < tiles_of(rows, TILE) * TILE; i++) {
    const size_t r = row + i < matrix->rows ? row + i : matrix->rows - 1;
    row_numbers(matrix, bits, r, s.scales, s.shifts);
    unpack_line(matrix, bits, r, first, end, s.scales, s.shifts, s.panel + i / TILE * depth * TILE_BYTES + i % TILE * 64);
  }
}

// M tiles of rows of the matrix times N tiles of rows of numbers, added to what `sums` holds unless `is_first`.
INLINE void multiply_block(int M, int N, const char *a, size_t a_stride, const char *b, size_t b_stride, size_t depth,
                           int is_first, float *sums) {
  const size_t stride = SUMS_STRIDE * sizeof(float);
  float *below = sums + TILE * SUMS_STRIDE;
  if (is_first) {
    _tile_zero(0);
    if (N > 1) _tile_zero(1);
    if (M > 1) _tile_zero(2);
    if (M > 1 && N > 1) _tile_zero(3);
  } else {
    _tile_loadd(0, sums, stride);
    if (N > 1) _tile_loadd(1, sums + TILE, stride);
    if (M > 1) _tile_loadd(2, below, stride);
    if (M > 1 && N > 1) _tile_loadd(3, below + TILE, stride);
  }
  for (size_t k = 0; k < depth; k++, a += TILE_BYTES, b += TILE_BYTES) {
    _tile_loadd(4, a, 64);
    _tile_loadd(6, b, 64);
    _tile_dpbf16ps(0, 4, 6);
    if (N > 1) {
      _tile_loadd(7, b + b_stride, 64);
      _tile_dpbf16ps(1, 4, 7);
    }
    if (M > 1) {
      _tile_loadd(5, a + a_stride, 64);
      _tile_dpbf16ps(2, 5, 6);
    }
    if (M > 1 && N > 1) _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, sums, stride);
  if (N > 1) _tile_stored(1, sums + TILE, stride);
  if (M > 1) _tile_stored(2, below, stride);
  if (M > 1 && N > 1) _tile_stored(3, below + TILE, stride);
}

// A panel of `rows` tiles of rows times `batch` tiles of rows of numbers, in columns of `depth` tiles.
INLINE void multiply_panel(size_t rows, const char *b, size_t b_stride, size_t batch, size_t depth, int is_first,
                           tiles_scratch s) {
  const size_t a_stride = depth * TILE_BYTES;
  for (size_t n = 0; n < batch; n += 2, b += 2 * b_stride) {
    const char *a = s.panel;
    for (size_t m = 0; m < rows; m += 2, a += 2 * a_stride) {
      float *sums = s.sums + m * TILE * SUMS_STRIDE + n * TILE;
      const int is_pair = m + 1 < rows;
      if (n + 1 < batch) {
        if (is_pair) {
          multiply_block(2, 2, a, a_stride, b, b_stride, depth, is_first, sums);
        } else {
          multiply_block(1, 2, a, a_stride, b, b_stride, depth, is_first, sums);
        }
      } else if (is_pair) {
        multiply_block(2, 1, a, a_stride, b, b_stride, depth, is_first, sums);
      } else {
        multiply_block(1, 1, a, a_stride, b, b_stride, depth, is_first, sums);
      }
    }
  }
}

// y[first + n][row + m] = sums[m][n].
INLINE void write_sums(const float *sums, size_t rows, size_t batch, float *y, size_t stride) {
  for (size_t m = 0; m < rows; m += TILE) {
    const size_t width = rows - m < TILE ? rows - m : TILE;
    for (size_t n = 0; n < batch; n += TILE) {
      vi lines[16];
      for (size_t i = 0; i < TILE; i++) lines[i] = load_ints(sums + (m + i) * SUMS_STRIDE + n);
      transpose(lines);
      for (size_t i = 0; i < TILE && n + i < batch; i++) {
        float *out = y + (n + i) * stride + m;
        if (width == TILE) {
          memcpy(out, &lines[i], sizeof lines[i]);
        } else {
          memcpy(out, &lines[i], width * sizeof(float));
        }
      }
    }
  }
}

INLINE void tiles_matrix(const oven_matrix *matrix, int bits, const char *prepared, size_t count, size_t begin,
                         size_t end, float *y, size_t stride, tiles_scratch s) {
  const size_t b_stride = tiles_of(matrix->columns, DEPTH) * TILE_BYTES;
  for (size_t row = begin; row < end; row += PANEL) {
    const size_t rows = end - row < PANEL ? end - row : PANEL;
    for (size_t first = 0; first < count; first += TILES_BATCH) {
      const size_t batch = count - first < TILES_BATCH ? count - first : TILES_BATCH;
      const char *b = prepared + first / TILE * b_stride;
      for (size_t k = 0; k < matrix->columns; k += SPAN) {
        const size_t until = matrix->columns - k < SPAN ? matrix->columns : k + SPAN;
        // Unpacked panels of one span serve all rows of numbers.
        if (first == 0 || matrix->columns > SPAN) unpack_panel(matrix, bits, row, rows, k, until, s);
        multiply_panel(tiles_of(rows, TILE), b + k / DEPTH * TILE_BYTES, b_stride, tiles_of(batch, TILE),
                       tiles_of(until - k, DEPTH), k == 0, s);
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
