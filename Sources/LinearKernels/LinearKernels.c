#include "LinearSizes.h"

#include <stdatomic.h>
#include <string.h>
#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

static _Atomic(const oven_linear_table *) chosen;

#if defined(__x86_64__)
static int has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

static int has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vnni");
}

// EAX of leaf 7.1: what the compiler's own test does not know everywhere.
static unsigned more_features(void) {
  unsigned a = 7, b, c = 0, d;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  if (a < 1) return 0;
  a = 7;
  c = 1;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return a;
}

static int has_avx_vnni(void) { return has_avx2() && (more_features() >> 4 & 1); }

static int has_avx512_bf16(void) { return has_avx512() && (more_features() >> 5 & 1); }

// AMX with bf16: bits 22 and 24 of EDX in leaf 7. Linux gives a process tiles when it asks for them
// (ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA), or says that there are none.
static int has_amx(void) {
#if defined(__linux__)
  if (!has_avx512_bf16()) return 0;
  unsigned a = 7, b, c = 0, d;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return (d >> 22 & 1) && (d >> 24 & 1) && syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
  return 0;
#endif
}
#endif

static const oven_linear_table *best(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (has_amx()) return &oven_linear_amx;
  if (has_avx512_bf16()) return &oven_linear_avx512_bf16;
  if (has_avx512()) return &oven_linear_avx512;
  if (has_avx_vnni()) return &oven_linear_avx2_vnni;
  if (has_avx2()) return &oven_linear_avx2;
#endif
  return &oven_linear_portable;
}

const oven_linear_table *oven_linear_chosen(void) {
  const oven_linear_table *found = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (!found) {
    found = best();
    atomic_store_explicit(&chosen, found, memory_order_relaxed);
  }
  return found;
}

const char *oven_linear_instruction_set(void) { return oven_linear_chosen()->name; }

int oven_linear_use_instruction_set(const char *name) {
  const oven_linear_table *found = NULL;
  if (!strcmp(name, "portable")) found = &oven_linear_portable;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!strcmp(name, "avx2") && has_avx2()) found = &oven_linear_avx2;
  if (!strcmp(name, "avx2-vnni") && has_avx_vnni()) found = &oven_linear_avx2_vnni;
  if (!strcmp(name, "avx2-vnni by avx512") && has_avx512()) found = &oven_linear_evex_vnni;
  if (!strcmp(name, "avx512") && has_avx512()) found = &oven_linear_avx512;
  if (!strcmp(name, "avx512-bf16") && has_avx512_bf16()) found = &oven_linear_avx512_bf16;
  if (!strcmp(name, "amx") && has_amx()) found = &oven_linear_amx;
#endif
  if (!found) return 0;
  atomic_store(&chosen, found);
  return 1;
}

// As `widened` of LinearNumbers.h.
float oven_linear_half(uint16_t bits) {
  const uint32_t magnitude = (uint32_t)(bits & 0x7fff) << 13, sign = (uint32_t)(bits & 0x8000) << 16;
  const uint32_t special = magnitude >= 0x0f800000 ? 0x38000000 : 0;
  const uint32_t normal = magnitude + 0x38000000 + special;
  if (magnitude < 0x00800000) return (float)(bits & 0x3ff) * (sign ? -0x1p-24f : 0x1p-24f);
  const uint32_t whole = normal | sign;
  float number;
  memcpy(&number, &whole, sizeof number);
  return number;
}

static int nibble_at(const uint8_t *bytes, size_t index) { return bytes[index / 2] >> (index % 2 * 4) & 15; }

static float number_at(oven_number type, const uint8_t *bytes, size_t index) {
  switch (type) {
    case oven_number_u4:
      return (float)nibble_at(bytes, index);
    case oven_number_i4:
      return (float)((nibble_at(bytes, index) ^ 8) - 8);
    case oven_number_u8:
      return (float)bytes[index];
    case oven_number_i8:
      return (float)(int8_t)bytes[index];
    case oven_number_f16: {
      uint16_t bits;
      memcpy(&bits, bytes + 2 * index, sizeof bits);
      return oven_linear_half(bits);
    }
    case oven_number_f32: {
      float number;
      memcpy(&number, bytes + 4 * index, sizeof number);
      return number;
    }
    case oven_number_e8m0: {
      const uint32_t exponent = bytes[index];
      const uint32_t bits = exponent << 23 | (exponent % 255 == 0 ? 0x00400000 : 0);
      float number;
      memcpy(&number, &bits, sizeof number);
      return number;
    }
    default:
      return 0;
  }
}

void oven_linear_numbers(oven_number type, const void *numbers, size_t first, size_t count, float *out) {
  for (size_t i = 0; i < count; i++) out[i] = number_at(type, numbers, first + i);
}

const float *oven_linear_sixteen(oven_number code_type) {
  // ggml's kvalues_iq4nl.
  static const float iq4[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
  // OCP Microscaling Formats 1.0, table 5, twice.
  static const float f4[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
  // QLoRA (arXiv 2305.14314), appendix E.
  static const float nf4[16] = {-1.0f,
                                -0.6961928009986877f,
                                -0.5250730514526367f,
                                -0.39491748809814453f,
                                -0.28444138169288635f,
                                -0.18477343022823334f,
                                -0.09105003625154495f,
                                0.0f,
                                0.07958029955625534f,
                                0.16093020141124725f,
                                0.24611230194568634f,
                                0.33791524171829224f,
                                0.44070982933044434f,
                                0.5626170039176941f,
                                0.7229568362236023f,
                                1.0f};
  return code_type == oven_number_iq4 ? iq4 : code_type == oven_number_f4 ? f4 : nf4;
}

// The bit of a column in plane `plane` of a row.
static int plane_bit(const oven_matrix *matrix, size_t row, size_t column, size_t plane) {
  const size_t planes = plane_count(form_of(matrix)), chunk = column / 128, place = column % 128;
  const uint8_t *bytes = (const uint8_t *)matrix->planes + row * plane_row_bytes(matrix);
  bytes += (chunk * planes + plane) * PLANE_BYTES + place % 2 * 8;
  return bytes[place / 16] >> (place / 2 % 8) & 1;
}

float oven_linear_code(const oven_matrix *matrix, size_t row, size_t column) {
  const size_t index = row * matrix->columns + column;
  const uint8_t *codes = matrix->codes;
  switch (matrix->code_type) {
    case oven_number_u5:
      return (float)(nibble_at(codes, index) + 16 * plane_bit(matrix, row, column, 0));
    case oven_number_i5:
      return (float)(nibble_at(codes, index) + 16 * plane_bit(matrix, row, column, 0) - 16);
    case oven_number_i6:
      return (float)(nibble_at(codes, index) + 16 * plane_bit(matrix, row, column, 0) +
                     32 * plane_bit(matrix, row, column, 1) - 32);
    case oven_number_iq4:
    case oven_number_nf4:
      return oven_linear_sixteen(matrix->code_type)[nibble_at(codes, index)];
    case oven_number_f4:
      return oven_linear_sixteen(matrix->code_type)[nibble_at(codes, index)] / 2;
    default:
      return number_at(matrix->code_type, codes, index);
  }
}

// Whether scales, zero points and minima are of types that belong together.
static int supports_numbers(const oven_matrix *matrix) {
  const size_t groups = matrix->columns / matrix->group;
  const int has_factors = matrix->factor_groups == 8 || matrix->factor_groups == 16;
  const int is_whole = matrix->scale_type == oven_number_i8 || (has_minima(matrix) && matrix->minimum_type == oven_number_i8);
  if (is_whole && (!has_factors || groups % matrix->factor_groups)) return 0;
  if (has_minima(matrix) && matrix->zero_type != oven_number_none) return 0;
  switch (matrix->scale_type) {
    case oven_number_f16:
    case oven_number_f32:
    case oven_number_e8m0:
    case oven_number_i8:
      return matrix->zero_type <= oven_number_none;
    default:
      return 0;
  }
}

int oven_linear_supports(const oven_matrix *matrix) {
  const size_t columns = matrix->columns, group = matrix->group;
  if (matrix->rows == 0 || matrix->rows >= (size_t)1 << 32) return 0;
  if (columns == 0 || columns % 2 || columns >= (size_t)1 << 20) return 0;
  if (group == 0 || columns % group || !supports_numbers(matrix)) return 0;
  const int is_usual = group == 32 || group == 64 || group % 128 == 0 || (group == columns && group > 128);
  const int has_offsets = matrix->zero_type != oven_number_none || has_minima(matrix);
  switch (matrix->code_type) {
    case oven_number_u4:
    case oven_number_i4:
    case oven_number_u8:
    case oven_number_i8:
      return is_usual || group == 16;
    case oven_number_u5:
    case oven_number_i5:
      return group == 32;
    case oven_number_i6:
      return group == 16 && !has_offsets;
    case oven_number_iq4:
    case oven_number_f4:
    case oven_number_nf4:
      return is_usual && !has_offsets;
    default:
      return 0;
  }
}

// Whether rows of numbers stay as they are, because only exact products can be computed.
static int is_exact(const oven_matrix *matrix, size_t count) {
  return form_of(matrix) == form_numbers && (count < OVEN_LINEAR_MANY_ROWS || !oven_linear_chosen()->has_tiles);
}

size_t oven_linear_prepared_size(const oven_matrix *matrix, size_t count) {
  if (is_exact(matrix, count)) return count * matrix->columns * sizeof(float);
  if (count < OVEN_LINEAR_MANY_ROWS) return count * chunk_count(matrix) * few_chunk_size(matrix);
  if (oven_linear_chosen()->has_tiles) return rounded_up(count, TILE) * rounded_up(matrix->columns, STEP) * 2;
  const size_t codes = rounded_up(count * rounded_up(matrix->columns, 128), 64);
  return codes + count * unit_count(matrix) * 12;
}

size_t oven_linear_rows_together(size_t count) {
  if (count < OVEN_LINEAR_MANY_ROWS) return OVEN_LINEAR_ROWS;
  return oven_linear_chosen()->has_tiles ? PANEL : 2 * OVEN_LINEAR_ROWS;
}

int oven_linear_same_preparation(const oven_matrix *first, const oven_matrix *second) {
  return first->columns == second->columns && chunk_length(first) == chunk_length(second) &&
         unit_length(first) == unit_length(second) &&
         (form_of(first) == form_numbers) == (form_of(second) == form_numbers);
}

size_t oven_linear_scratch_size(const oven_matrix *matrix, size_t count) {
  const size_t few = few_scratch_floats(matrix), exact = exact_scratch_floats(matrix);
  const size_t blocked = oven_linear_chosen()->has_tiles ? tiles_scratch_floats(matrix) : many_scratch_floats(matrix);
  const size_t most = few > exact ? few : exact;
  return sizeof(float) * (count < OVEN_LINEAR_MANY_ROWS || blocked < most ? most : blocked);
}

void oven_linear_prepare(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                         void *prepared) {
  if (is_exact(matrix, count)) {
    const size_t row = matrix->columns;
    memcpy((float *)prepared + begin * row, x + begin * row, (end - begin) * row * sizeof(float));
    return;
  }
  oven_linear_chosen()->prepare(matrix, x, count, begin, end, prepared);
}

void oven_linear_multiply(const oven_matrix *matrix, const void *prepared, size_t count, size_t begin, size_t end,
                          float *y, size_t stride, void *scratch) {
  if (is_exact(matrix, count)) return oven_linear_chosen()->multiply_exactly(matrix, prepared, count, begin, end, y, stride, scratch);
  oven_linear_chosen()->multiply(matrix, prepared, count, begin, end, y, stride, scratch);
}

void oven_linear_multiply_exactly(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                                  float *y, size_t stride, void *scratch) {
  oven_linear_chosen()->multiply_exactly(matrix, x, count, begin, end, y, stride, scratch);
}

// The bits of a number beside the codes.
static size_t number_bits(oven_number type) {
  switch (type) {
    case oven_number_u4:
    case oven_number_i4:
      return 4;
    case oven_number_f16:
      return 16;
    case oven_number_f32:
      return 32;
    default:
      return 8;
  }
}

// Moves an address on by so many numbers; 0 where that is within a byte.
static int advance(const void **address, oven_number type, size_t count) {
  const size_t bits = number_bits(type) * count;
  if (*address) *address = (const char *)*address + bits / 8;
  return !*address || bits % 8 == 0;
}

int oven_linear_rows(const oven_matrix *matrix, size_t first, size_t count, oven_matrix *rows) {
  const size_t groups = first * (matrix->columns / matrix->group);
  const size_t spans = matrix->factor_groups ? groups / matrix->factor_groups : 0;
  *rows = *matrix;
  rows->rows = count;
  rows->codes = (const char *)matrix->codes + first * row_bytes_of(matrix);
  if (matrix->planes) rows->planes = (const char *)matrix->planes + first * plane_row_bytes(matrix);
  return advance(&rows->scales, matrix->scale_type, groups) & advance(&rows->zeros, matrix->zero_type, groups) &
         advance(&rows->minima, matrix->minimum_type, groups) &
         advance(&rows->scale_factors, oven_number_f16, spans) &
         advance(&rows->minimum_factors, oven_number_f16, spans);
}

void oven_linear_decode_row(const oven_matrix *matrix, size_t row, float *out) {
  const size_t groups = matrix->columns / matrix->group;
  for (size_t i = 0; i < groups; i++) {
    const size_t g = row * groups + i, span = matrix->factor_groups ? g / matrix->factor_groups : 0;
    float scale = number_at(matrix->scale_type, matrix->scales, g), zero = 0, minimum = 0;
    if (matrix->scale_type == oven_number_i8) scale *= number_at(oven_number_f16, matrix->scale_factors, span);
    if (matrix->zero_type != oven_number_none) zero = number_at(matrix->zero_type, matrix->zeros, g);
    if (has_minima(matrix)) minimum = number_at(matrix->minimum_type, matrix->minima, g);
    if (matrix->minimum_type == oven_number_i8) minimum *= number_at(oven_number_f16, matrix->minimum_factors, span);
    for (size_t column = i * matrix->group; column < (i + 1) * matrix->group; column++) {
      out[column] = (oven_linear_code(matrix, row, column) - zero) * scale + minimum;
    }
  }
}

void oven_linear_gate(float *gate, const float *up, size_t count, size_t begin, size_t end, size_t stride) {
  oven_linear_chosen()->gate(gate, up, count, begin, end, stride);
}

void oven_linear_normalize(const float *x, const float *weight, float epsilon, size_t count, size_t width,
                           float *out) {
  oven_linear_chosen()->normalize(x, weight, epsilon, count, width, out);
}

void oven_linear_add(const float *a, const float *b, size_t count, float *out) { oven_linear_chosen()->add(a, b, count, out); }
