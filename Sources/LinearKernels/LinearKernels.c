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

// AVX-VNNI is bit 4 of EAX in leaf 7.1, which the compiler's own test does not know everywhere.
static int has_avx_vnni(void) {
  unsigned a = 7, b, c = 0, d;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  if (a < 1) return 0;
  a = 7;
  c = 1;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return has_avx2() && (a >> 4 & 1);
}

// AMX with bf16: bits 22 and 24 of EDX in leaf 7, AVX512-BF16 is bit 5 of EAX in leaf 7.1. Linux gives a process tiles when
// it asks for them (ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA), or says that there are none.
static int has_amx(void) {
#if defined(__linux__)
  if (!has_avx512()) return 0;
  unsigned a = 7, b, c = 0, d;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  if (a < 1 || !(d >> 22 & 1) || !(d >> 24 & 1)) return 0;
  a = 7;
  c = 1;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return (a >> 5 & 1) && syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
  return 0;
#endif
}
#endif

static const oven_linear_table *best(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (has_amx()) return &oven_linear_amx;
  if (has_avx512()) return &oven_linear_avx512;
  if (has_avx_vnni()) return &oven_linear_avx2_vnni;
  if (has_avx2()) return &oven_linear_avx2;
#endif
  return &oven_linear_portable;
}

static const oven_linear_table *table(void) {
  const oven_linear_table *found = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (!found) {
    found = best();
    atomic_store_explicit(&chosen, found, memory_order_relaxed);
  }
  return found;
}

const char *oven_linear_instruction_set(void) { return table()->name; }

int oven_linear_use_instruction_set(const char *name) {
  const oven_linear_table *found = NULL;
  if (!strcmp(name, "portable")) found = &oven_linear_portable;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!strcmp(name, "avx2") && has_avx2()) found = &oven_linear_avx2;
  if (!strcmp(name, "avx2-vnni") && has_avx_vnni()) found = &oven_linear_avx2_vnni;
  if (!strcmp(name, "avx2-vnni by avx512") && has_avx512()) found = &oven_linear_evex_vnni;
  if (!strcmp(name, "avx512") && has_avx512()) found = &oven_linear_avx512;
  if (!strcmp(name, "amx") && has_amx()) found = &oven_linear_amx;
#endif
  if (!found) return 0;
  atomic_store(&chosen, found);
  return 1;
}

// As `widened` of LinearNumbers.h.
static float half(uint16_t bits) {
  const uint32_t magnitude = (uint32_t)(bits & 0x7fff) << 13, sign = (uint32_t)(bits & 0x8000) << 16;
  const uint32_t special = magnitude >= 0x0f800000 ? 0x38000000 : 0;
  const uint32_t normal = magnitude + 0x38000000 + special;
  if (magnitude < 0x00800000) return (float)(bits & 0x3ff) * (sign ? -0x1p-24f : 0x1p-24f);
  const uint32_t whole = normal | sign;
  float number;
  memcpy(&number, &whole, sizeof number);
  return number;
}

static float number_at(oven_number type, const uint8_t *bytes, size_t index) {
  switch (type) {
    case oven_number_u4:
      return (float)(bytes[index / 2] >> (index % 2 * 4) & 15);
    case oven_number_i4:
      return (float)(((bytes[index / 2] >> (index % 2 * 4) & 15) ^ 8) - 8);
    case oven_number_u8:
      return (float)bytes[index];
    case oven_number_i8:
      return (float)(int8_t)bytes[index];
    case oven_number_f16: {
      uint16_t bits;
      memcpy(&bits, bytes + 2 * index, sizeof bits);
      return half(bits);
    }
    case oven_number_f32: {
      float number;
      memcpy(&number, bytes + 4 * index, sizeof number);
      return number;
    }
    default:
      return 0;
  }
}

void oven_linear_numbers(oven_number type, const void *numbers, size_t first, size_t count, float *out) {
  for (size_t i = 0; i < count; i++) out[i] = number_at(type, numbers, first + i);
}

int oven_linear_supports(const oven_matrix *matrix) {
  const size_t columns = matrix->columns, group = matrix->group;
  if (matrix->code_type > oven_number_i8 || matrix->rows == 0 || columns == 0) return 0;
  if (matrix->scale_type != oven_number_f16 && matrix->scale_type != oven_number_f32) return 0;
  if (columns % 2 || columns >= (size_t)1 << 20 || matrix->rows >= (size_t)1 << 32) return 0;
  if (group == 0 || columns % group) return 0;
  return group == 32 || group == 64 || group % 128 == 0 || (group == columns && group > 128);
}

size_t oven_linear_prepared_size(const oven_matrix *matrix, size_t count) {
  if (count < OVEN_LINEAR_MANY_ROWS) return count * chunk_count(matrix) * few_chunk_size(matrix);
  if (table()->has_tiles) return rounded_up(count, TILE) * rounded_up(matrix->columns, STEP) * 2;
  const size_t codes = rounded_up(count * rounded_up(matrix->columns, 128), 64);
  return codes + count * unit_count(matrix) * 12;
}

int oven_linear_same_preparation(const oven_matrix *first, const oven_matrix *second) {
  return first->columns == second->columns && chunk_length(first) == chunk_length(second) &&
         unit_length(first) == unit_length(second);
}

size_t oven_linear_scratch_size(const oven_matrix *matrix, size_t count) {
  const size_t few = few_scratch_floats(matrix), exact = exact_scratch_floats(matrix);
  const size_t blocked = table()->has_tiles ? tiles_scratch_floats(matrix) : many_scratch_floats(matrix);
  const size_t most = few > exact ? few : exact;
  return sizeof(float) * (count < OVEN_LINEAR_MANY_ROWS || blocked < most ? most : blocked);
}

void oven_linear_prepare(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                         void *prepared) {
  table()->prepare(matrix, x, count, begin, end, prepared);
}

void oven_linear_multiply(const oven_matrix *matrix, const void *prepared, size_t count, size_t begin, size_t end,
                          float *y, size_t stride, void *scratch) {
  table()->multiply(matrix, prepared, count, begin, end, y, stride, scratch);
}

void oven_linear_multiply_exactly(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                                  float *y, size_t stride, void *scratch) {
  table()->multiply_exactly(matrix, x, count, begin, end, y, stride, scratch);
}

void oven_linear_decode_row(const oven_matrix *matrix, size_t row, float *out) {
  const size_t groups = matrix->columns / matrix->group;
  for (size_t column = 0; column < matrix->columns; column++) {
    const size_t g = row * groups + column / matrix->group;
    const float code = number_at(matrix->code_type, matrix->codes, row * matrix->columns + column);
    float zero = 0;
    if (matrix->zero_type != oven_number_none) zero = number_at(matrix->zero_type, matrix->zeros, g);
    out[column] = (code - zero) * number_at(matrix->scale_type, matrix->scales, g);
  }
}

void oven_linear_gate(float *gate, const float *up, size_t count, size_t begin, size_t end, size_t stride) {
  table()->gate(gate, up, count, begin, end, stride);
}
