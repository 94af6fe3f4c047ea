// Codes as bytes without sign, a chunk at a time.

// The bits in which the products of a form's codes are computed.
INLINE int bits_of(code_form form) {
  switch (form) {
    case form_nibbles:
      return 4;
    case form_fives:
      return 5;
    case form_sixes:
      return 6;
    default:
      return 8;
  }
}

// Out of line, so that the loops around keep their registers.
static __attribute__((noinline)) void copy_codes(const uint8_t *p, size_t room, void *out) { memcpy(out, p, room); }

// 64 bytes, of which `room` may be read.
INLINE vi load_codes(const uint8_t *p, size_t room) {
  if (__builtin_expect(room >= 64, 1)) return load_ints(p);
  uint8_t bytes[64] = {0};
  copy_codes(p, room, bytes);
  return load_ints(bytes);
}

// Adds `value` to those of 64 bytes whose bit in a plane is set; the value's own bit is clear in all.
#if defined(LINEAR_DOT_AVX512)
INLINE vi with_plane(vi codes, const uint8_t *plane, int value) {
  __mmask64 mask;
  memcpy(&mask, plane, sizeof mask);
  return (vi)_mm512_mask_add_epi8((__m512i)codes, mask, (__m512i)codes, _mm512_set1_epi8((char)value));
}
#elif defined(LINEAR_TARGET)
INLINE __m256i half_plane(const uint8_t *plane, int value) {
  int32_t bits;
  memcpy(&bits, plane, sizeof bits);
  const __m256i places = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3,
                                          3, 3, 3, 3, 3, 3);
  const __m256i each = _mm256_set1_epi64x((long long)0x8040201008040201);
  const __m256i spread = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(bits), places), each);
  return _mm256_and_si256(_mm256_cmpeq_epi8(spread, each), _mm256_set1_epi8((char)value));
}
INLINE vi with_plane(vi codes, const uint8_t *plane, int value) {
  codes.lo |= (vi8)half_plane(plane, value);
  codes.hi |= (vi8)half_plane(plane + 4, value);
  return codes;
}
#else
INLINE vi with_plane(vi codes, const uint8_t *plane, int value) {
  uint8_t bytes[64];
  memcpy(bytes, &codes, sizeof bytes);
  for (int i = 0; i < 64; i++) bytes[i] |= (uint8_t)((plane[i / 8] >> (i % 8) & 1) * value);
  return load_ints(bytes);
}
#endif

// Sixteen bytes, the numbers of a table of codes above their least.
INLINE vu8x16 table_of(const oven_matrix *matrix) {
  const float *sixteen = oven_linear_sixteen(matrix->code_type);
  uint8_t bytes[16];
  for (int i = 0; i < 16; i++) bytes[i] = (uint8_t)((int)sixteen[i] + 128);
  vu8x16 table;
  memcpy(&table, bytes, sizeof table);
  return table;
}

// What 64 indices below 16 stand for.
#if defined(LINEAR_DOT_AVX512)
INLINE vi looked_up(vu8x16 table, vi indices) {
  return (vi)_mm512_shuffle_epi8(_mm512_broadcast_i32x4((__m128i)table), (__m512i)indices);
}
#elif defined(LINEAR_TARGET)
INLINE vi looked_up(vu8x16 table, vi indices) {
  const __m256i twice = _mm256_broadcastsi128_si256((__m128i)table);
  indices.lo = (vi8)_mm256_shuffle_epi8(twice, (__m256i)indices.lo);
  indices.hi = (vi8)_mm256_shuffle_epi8(twice, (__m256i)indices.hi);
  return indices;
}
#else
INLINE vi looked_up(vu8x16 table, vi indices) {
  uint8_t bytes[64];
  memcpy(bytes, &indices, sizeof bytes);
  for (int i = 0; i < 64; i++) bytes[i] = table[bytes[i]];
  return load_ints(bytes);
}
#endif

// Where a row's codes are, and what may be read of them.
typedef struct {
  const uint8_t *codes;
  size_t room;
  const uint8_t *planes;
} row_codes;

INLINE row_codes row_codes_of(const oven_matrix *matrix, size_t row) {
  row_codes at = {0};
  const size_t row_bytes = row_bytes_of(matrix);
  at.codes = (const uint8_t *)matrix->codes + row * row_bytes;
  at.room = (matrix->rows - row) * row_bytes;
  if (matrix->planes) at.planes = (const uint8_t *)matrix->planes + row * plane_row_bytes(matrix);
  return at;
}

// What is the same for all of a matrix's codes: the bits to be turned over so that they have no sign, and their table.
typedef struct {
  vi mask;
  vu8x16 table;
} code_rules;

INLINE code_rules rules_of(const oven_matrix *matrix, code_form form) {
  code_rules rules = {(vi)(sign_mask(matrix)), 0};
  if (form == form_table) rules.table = table_of(matrix);
  return rules;
}

// A chunk: of four bits and more the even columns and the odd ones.
typedef struct {
  vi even, odd;
} chunk_codes;

// Chunk `c` of a row; where `may_end`, less than 64 bytes may be left. The indices of a form_numbers stay what they are.
INLINE chunk_codes chunk_of(code_form form, row_codes at, code_rules rules, int may_end, size_t c) {
  const uint8_t *codes = at.codes + c * 64;
  const vi both = (may_end ? load_codes(codes, at.room - c * 64) : load_ints(codes)) ^ rules.mask;
  if (form == form_bytes) return (chunk_codes){both, (vi)(0)};
  chunk_codes chunk = {both & 0x0f0f0f0f, (vi)((vu)both >> 4) & 0x0f0f0f0f};
  const uint8_t *planes = at.planes + c * plane_count(form) * PLANE_BYTES;
  if (form == form_fives || form == form_sixes) {
    chunk.even = with_plane(chunk.even, planes, 16);
    chunk.odd = with_plane(chunk.odd, planes + 8, 16);
  }
  if (form == form_sixes) {
    chunk.even = with_plane(chunk.even, planes + PLANE_BYTES, 32);
    chunk.odd = with_plane(chunk.odd, planes + PLANE_BYTES + 8, 32);
  }
  if (form == form_table) {
    chunk.even = looked_up(rules.table, chunk.even);
    chunk.odd = looked_up(rules.table, chunk.odd);
  }
  return chunk;
}
