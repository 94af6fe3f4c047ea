// Codes of sixteen rows of a matrix as tiles of bf16 (LinearTiles.h).

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
INLINE __m256i numbers_of(vf sixteen, float scale, float shift) {
  return (__m256i)_mm512_cvtneps_pbh((__m512)fused(sixteen, (vf)scale, (vf)shift));
}

// How far ahead of its use memory is asked for, in bytes: the machine's own guesses end with each page.
#define TILES_AHEAD 1024

// What sixteen codes of four bits stand for, in their order.
INLINE vf sixteen_of(const oven_matrix *matrix, code_form form) {
  if (form != form_nibbles) return load_floats(oven_linear_sixteen(matrix->code_type));
  const vi lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return __builtin_convertvector((lanes ^ (sign_mask(matrix) & 15)) - 8, vf);
}

// Columns [first, end) of 4-bit codes of a row, a line of 64 bytes in each of the tiles that begin at `out`. A step takes 32
// bytes, each code an index into its group's sixteen numbers.
INLINE void unpack_nibbles(const oven_matrix *matrix, vf sixteen, row_codes at, size_t first, size_t end,
                           const float *scales, const float *shifts, char *out) {
  const uint8_t *codes = at.codes;
  const size_t group = matrix->group, last = matrix->columns / group - 1, room = at.room;
  if (group == STEP / 2) {
    // The first half of a step is one group, the second one another.
    const __m512i half = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(16), 1);
    const __m512i low = _mm512_set1_epi16(15);
    for (size_t k = first; k < end; k += STEP, out += 2 * TILE_BYTES) {
      const size_t g = k / group, h = g < last ? g + 1 : last;
      const __m512i numbers = _mm512_inserti64x4(_mm512_castsi256_si512(numbers_of(sixteen, scales[g], shifts[g])),
                                                 numbers_of(sixteen, scales[h], shifts[h]), 1);
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
    const __m512i numbers = _mm512_broadcast_i64x4(numbers_of(sixteen, scales[g], shifts[g]));
    for (; k < stop; k += STEP, out += 2 * TILE_BYTES) {
      __builtin_prefetch(codes + k / 2 + TILES_AHEAD);
      const __m512i both = widened_bytes(codes + k / 2, room - k / 2);
      store_line(out, _mm512_permutexvar_epi16(both, numbers));
      store_line(out + TILE_BYTES, _mm512_permutexvar_epi16(_mm512_srli_epi16(both, 4), numbers));
    }
  }
}

// Sixteen bytes without sign, times a scale, plus a shift.
INLINE vf scaled_bytes(const uint8_t *bytes, vf scale, vf shift) {
  vu8x16 codes;
  memcpy(&codes, bytes, sizeof codes);
  return fused(__builtin_convertvector(codes, vf), scale, shift);
}

// The numbers of the groups that sixteen codes are of, lane by lane, which take up `width` columns from `column` on; of the
// last group for what lies behind it.
INLINE vf lanes_of(const oven_matrix *matrix, const float *numbers, size_t column, size_t width) {
  const size_t last = matrix->columns / matrix->group - 1;
  const size_t g = column / matrix->group < last ? column / matrix->group : last;
  if (matrix->group >= width) return (vf)(numbers[g]);
  const vf a = (vf)(numbers[g]), b = (vf)(numbers[g < last ? g + 1 : last]);
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31);
}

// The same for codes of any form; `shifts` are what is to be added to codes without sign.
INLINE void unpack_chunks(const oven_matrix *matrix, code_form form, code_rules rules, row_codes at, size_t first,
                          size_t end, const float *scales, const float *shifts, char *out) {
  const size_t length = form == form_bytes ? 64 : 128, width = form == form_bytes ? 16 : 32;
  for (size_t k = first; k < end; k += STEP, out += 2 * TILE_BYTES) {
    const size_t c = k / length;
    uint8_t bytes[128] = {0};
    __builtin_prefetch(at.codes + c * 64 + TILES_AHEAD);
    if (c * 64 < at.room) {
      const chunk_codes chunk = chunk_of(form, at, rules, 1, c);
      memcpy(bytes, &chunk.even, 64);
      memcpy(bytes + 64, &chunk.odd, 64);
    }
    // Of a split chunk the half that the step is, even columns and then odd ones.
    const uint8_t *lines[2] = {bytes, bytes + 32};
    if (form != form_bytes) {
      lines[0] = bytes + k % length / 2;
      lines[1] = lines[0] + 64;
    }
    for (size_t line = 0; line < 2; line++) {
      const size_t column = form == form_bytes ? k + line * 32 : k;
      const vf low = scaled_bytes(lines[line], lanes_of(matrix, scales, column, width),
                                  lanes_of(matrix, shifts, column, width));
      const vf high = scaled_bytes(lines[line] + 16, lanes_of(matrix, scales, column + width, width),
                                   lanes_of(matrix, shifts, column + width, width));
      store_line(out + line * TILE_BYTES, (__m512i)bf16_of(low, high));
    }
  }
}

// Columns [first, end) of up to 16 rows, one tile of rows.
INLINE void unpack_tile(const oven_matrix *matrix, code_form form, size_t row, size_t rows, size_t first, size_t end,
                        tiles_scratch s, char *out) {
  const size_t groups = matrix->columns / matrix->group;
  const int is_indexed = (form == form_nibbles && matrix->group > 16) || form == form_table || form == form_numbers;
  const vf sixteen = is_indexed ? sixteen_of(matrix, form) : (vf)(0);
  const code_rules rules = rules_of(matrix, form);
  rows_numbers(matrix, bits_of(form), row, rows, s.scales, s.shifts);
  if (!is_shifted(matrix)) memset(s.shifts, 0, rows * groups * sizeof(float));
  if (!is_indexed) {
    const float middle = (float)centre(bits_of(form));
    for (size_t g = 0; g < rows * groups; g++) s.shifts[g] -= middle * s.scales[g];
  }
  for (size_t i = 0; i < TILE; i++) {
    // What follows the last row is computed like it, and not written.
    const size_t r = i < rows ? i : rows - 1;
    const row_codes at = row_codes_of(matrix, row + r);
    const float *scales = s.scales + r * groups, *shifts = s.shifts + r * groups;
    if (is_indexed) {
      unpack_nibbles(matrix, sixteen, at, first, end, scales, shifts, out + i * 64);
    } else {
      unpack_chunks(matrix, form, rules, at, first, end, scales, shifts, out + i * 64);
    }
  }
}
