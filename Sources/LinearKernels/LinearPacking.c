// Matrices in fewer bytes: IR has codes of 4 and 8 bits, with scales and zero points that stand for themselves, where the
// blocks of a GGUF have codes of 5 and 6 bits, halves, and scales of their own for scales. What a block held is found again
// here, number by number, and whatever is not found stays as it is.

#include "LinearTable.h"

#include <math.h>
#include <string.h>

// Rows that a matrix is judged by.
#define SAMPLE 4

// Columns of ggml's larger blocks, which have one scale for their scales.
#define SUPER_BLOCK 256

// The binary16 nearest to a number, ties to even; infinities for what is too large.
static uint16_t half_of(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: so many steps of 2^-24.
    float size;
    memcpy(&size, &magnitude, sizeof size);
    return sign | (uint16_t)lrintf(size * 0x1p24f);
  }
  const uint32_t odd = magnitude >> 13 & 1;
  return sign | (uint16_t)((magnitude - 0x38000000 + 0xfff + odd) >> 13);
}

static float wide_scale(const oven_matrix *matrix, size_t g) {
  float number;
  oven_linear_numbers(matrix->scale_type, matrix->scales, g, 1, &number);
  return number;
}

static float wide_zero(const oven_matrix *matrix, size_t g) {
  float number = 0;
  if (matrix->zero_type != oven_number_none) oven_linear_numbers(matrix->zero_type, matrix->zeros, g, 1, &number);
  return number;
}

// Scales, and what zero points were made of: −zero · scale, as near as can be known.
typedef struct {
  float scale, minimum, zero;
} group_numbers;

static int has_zero_codes(const oven_matrix *matrix, size_t row, size_t column) {
  for (size_t i = 0; i < matrix->group; i++) {
    if (oven_linear_code(matrix, row, column + i) != 0) return 0;
  }
  return 1;
}

static group_numbers numbers_at(const oven_matrix *matrix, size_t row, size_t group) {
  const size_t g = row * (matrix->columns / matrix->group) + group;
  group_numbers numbers = {wide_scale(matrix, g), 0, wide_zero(matrix, g)};
  numbers.minimum = -numbers.zero * numbers.scale;
  // All numbers of the group are the same: the scale stood for their minimum.
  if (numbers.zero == -1 && has_zero_codes(matrix, row, group * matrix->group)) numbers.scale = 0;
  return numbers;
}

// Whether a minimum is the one that a zero point was made of.
static int is_minimum_of(group_numbers numbers, float minimum) {
  if (numbers.scale == 0) return minimum == numbers.minimum;
  return -minimum / numbers.scale == numbers.zero;
}

// The most groups with one scale for their scales.
#define MOST_GROUPS 16

// Numbers as whole ones times a half.
typedef struct {
  uint16_t factor;
  int8_t wholes[MOST_GROUPS];
} factored_numbers;

// Finds them for the scales of `count` groups, or for their minima.
static int find_factor(const group_numbers *groups, size_t count, int minima, factored_numbers *out) {
  float numbers[MOST_GROUPS];
  size_t largest = 0;
  for (size_t i = 0; i < count; i++) {
    numbers[i] = minima ? groups[i].minimum : groups[i].scale;
    if (fabsf(numbers[i]) > fabsf(numbers[largest])) largest = i;
  }
  memset(out, 0, sizeof *out);
  if (numbers[largest] == 0) return 1;
  // What ggml's own quantisers give the largest number comes first.
  static const int usual[] = {63, -128, -32, 31, 15, 127};
  const int known = sizeof usual / sizeof *usual;
  for (int attempt = 0; attempt < known + 254; attempt++) {
    const int next = attempt - known;
    const int whole = attempt < known ? usual[attempt] : next % 2 ? -(next / 2 + 1) : next / 2 + 1;
    out->factor = half_of(numbers[largest] / (float)whole);
    const float size = oven_linear_half(out->factor);
    if (size == 0 || !isfinite(size)) continue;
    size_t i = 0;
    for (; i < count; i++) {
      const float quotient = rintf(numbers[i] / size), product = quotient * size;
      const int is_same = minima ? is_minimum_of(groups[i], product) : product == numbers[i];
      if (quotient < -128 || quotient > 127 || !is_same) break;
      out->wholes[i] = (int8_t)quotient;
    }
    if (i == count) return 1;
  }
  return 0;
}

// Memory of our own behind an address that others only read.
static void *writable(const void *address) { return (void *)(uintptr_t)address; }

static void store(const factored_numbers *numbers, size_t g, size_t count, const void *wholes, const void *factors) {
  memcpy((int8_t *)writable(wholes) + g, numbers->wholes, count);
  ((uint16_t *)writable(factors))[g / count] = numbers->factor;
}

// The scales and minima of a row, those of them that are wanted, as whole numbers and halves.
static int pack_factored(const oven_matrix *matrix, const oven_matrix *packed, size_t row, int scales, int minima) {
  const size_t count = packed->factor_groups, groups = matrix->columns / matrix->group;
  for (size_t group = 0; group < groups; group += count) {
    const size_t g = row * groups + group;
    group_numbers all[MOST_GROUPS];
    factored_numbers found;
    for (size_t i = 0; i < count; i++) all[i] = numbers_at(matrix, row, group + i);
    if (scales) {
      if (!find_factor(all, count, 0, &found)) return 0;
      store(&found, g, count, packed->scales, packed->scale_factors);
    }
    if (minima) {
      if (!find_factor(all, count, 1, &found)) return 0;
      store(&found, g, count, packed->minima, packed->minimum_factors);
    }
  }
  return 1;
}

static int pack_halves(const oven_matrix *matrix, const oven_matrix *packed, size_t row, int scales, int minima) {
  const size_t groups = matrix->columns / matrix->group;
  for (size_t group = 0; group < groups; group++) {
    const group_numbers numbers = numbers_at(matrix, row, group);
    const uint16_t scale = half_of(numbers.scale), minimum = half_of(numbers.minimum);
    if (scales && oven_linear_half(scale) != numbers.scale) return 0;
    if (minima && !is_minimum_of(numbers, oven_linear_half(minimum))) return 0;
    if (scales) ((uint16_t *)writable(packed->scales))[row * groups + group] = scale;
    if (minima) ((uint16_t *)writable(packed->minima))[row * groups + group] = minimum;
  }
  return 1;
}

// The codes of IQ4 among those of a byte.
static int index_of(int code) {
  const float *sixteen = oven_linear_sixteen(oven_number_iq4);
  for (int i = 0; i < 16; i++) {
    if (sixteen[i] == (float)code) return i;
  }
  return -1;
}

static int lowest(oven_number type) { return type == oven_number_i5 ? -16 : type == oven_number_i6 ? -32 : 0; }

// A code of a byte in another type: its bits, or −1.
static int bits_in(oven_number type, int code) {
  if (type == oven_number_iq4) return index_of(code);
  const int bits = code - lowest(type), limit = type == oven_number_i6 ? 64 : 32;
  return bits >= 0 && bits < limit ? bits : -1;
}

// The bits of each byte's code in another type.
typedef struct {
  int8_t of[256];
} code_table;

static code_table table_for(const oven_matrix *matrix, oven_number type) {
  code_table table;
  for (int byte = 0; byte < 256; byte++) {
    table.of[byte] = (int8_t)bits_in(type, matrix->code_type == oven_number_i8 ? (int8_t)byte : byte);
  }
  return table;
}

static int pack_codes(const oven_matrix *matrix, const oven_matrix *packed, const code_table *table, size_t row) {
  const uint8_t *codes = (const uint8_t *)matrix->codes + row * matrix->columns;
  uint8_t *nibbles = (uint8_t *)writable(packed->codes) + row * row_bytes_of(packed);
  uint8_t *planes = (uint8_t *)writable(packed->planes) + row * plane_row_bytes(packed);
  const size_t count = plane_count(form_of(packed)), pairs = matrix->columns / 2;
  if (count) memset(planes, 0, plane_row_bytes(packed));
  int any = 0;
  for (size_t pair = 0; pair < pairs; pair++) {
    const int even = table->of[codes[2 * pair]], odd = table->of[codes[2 * pair + 1]];
    // Those that there is no place for are negative.
    any |= even | odd;
    nibbles[pair] = (uint8_t)((even & 15) | odd << 4);
    for (size_t plane = 0; plane < count; plane++) {
      const size_t shift = 4 + plane;
      uint8_t *bits = planes + (pair / 64 * count + plane) * PLANE_BYTES + pair % 64 / 8;
      bits[0] |= (uint8_t)((even >> shift & 1) << pair % 8);
      bits[8] |= (uint8_t)((odd >> shift & 1) << pair % 8);
    }
  }
  return any >= 0;
}

// Whether all codes of the first rows are of a type.
static int suits(const oven_matrix *matrix, oven_number type) {
  const size_t rows = matrix->rows < SAMPLE ? matrix->rows : SAMPLE;
  for (size_t row = 0; row < rows; row++) {
    for (size_t column = 0; column < matrix->columns; column++) {
      if (bits_in(type, (int)oven_linear_code(matrix, row, column)) < 0) return 0;
    }
  }
  return 1;
}

static oven_number code_type_of(const oven_matrix *matrix) {
  static const oven_number whole[] = {oven_number_i5, oven_number_i6, oven_number_iq4};
  if (matrix->code_type == oven_number_u8 && matrix->group == 32 && suits(matrix, oven_number_u5)) return oven_number_u5;
  if (matrix->code_type != oven_number_i8) return matrix->code_type;
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
    oven_matrix kind = *matrix;
    kind.code_type = whole[i];
    if (oven_linear_supports(&kind) && suits(matrix, whole[i])) return whole[i];
  }
  return matrix->code_type;
}

typedef enum { part_kept, part_halves, part_factored } part_form;

// How the numbers of the first rows can be stored: scales, or minima.
static part_form form_of_numbers(const oven_matrix *matrix, size_t factor_groups, int minima) {
  const size_t rows = matrix->rows < SAMPLE ? matrix->rows : SAMPLE, groups = matrix->columns / matrix->group;
  int are_halves = 1, are_factored = factor_groups != 0;
  for (size_t row = 0; row < rows; row++) {
    group_numbers all[MOST_GROUPS];
    for (size_t group = 0; group < groups; group++) {
      const group_numbers numbers = all[group % MOST_GROUPS] = numbers_at(matrix, row, group);
      are_halves &= minima ? is_minimum_of(numbers, oven_linear_half(half_of(numbers.minimum)))
                           : oven_linear_half(half_of(numbers.scale)) == numbers.scale;
      if (!are_factored || (group + 1) % factor_groups) continue;
      factored_numbers found;
      are_factored = find_factor(all + (group + 1 - factor_groups) % MOST_GROUPS, factor_groups, minima, &found);
    }
  }
  return are_halves ? part_halves : are_factored ? part_factored : part_kept;
}

int oven_linear_packing(const oven_matrix *matrix, oven_matrix *packed) {
  *packed = *matrix;
  const int is_wide = matrix->scale_type == oven_number_f32;
  const int has_fractions = is_wide && matrix->zero_type == oven_number_f32;
  if ((matrix->group == 16 || matrix->group == 32) && matrix->columns % SUPER_BLOCK == 0) {
    packed->factor_groups = SUPER_BLOCK / matrix->group;
  }
  int is_changed = 0;
  const part_form scales = is_wide ? form_of_numbers(matrix, packed->factor_groups, 0) : part_kept;
  const part_form minima = has_fractions ? form_of_numbers(matrix, packed->factor_groups, 1) : part_kept;
  // Zero points become minima only together with their scales, which those are no longer needed for.
  if (scales != part_kept && (!has_fractions || minima != part_kept)) {
    is_changed = 1;
    packed->scale_type = scales == part_halves ? oven_number_f16 : oven_number_i8;
    packed->scales = packed->scale_factors = NULL;
    if (has_fractions) {
      packed->zero_type = oven_number_none;
      packed->zeros = packed->minima = packed->minimum_factors = NULL;
      packed->minimum_type = minima == part_halves ? oven_number_f16 : oven_number_i8;
    }
  }
  const oven_number type = code_type_of(matrix);
  if (type != matrix->code_type) {
    oven_matrix kind = *packed;
    kind.code_type = type;
    if (oven_linear_supports(&kind)) {
      is_changed = 1;
      packed->code_type = type;
      packed->codes = packed->planes = NULL;
    }
  }
  return is_changed && oven_linear_supports(packed);
}

// The parts that can be without an address, in the order of their places.
typedef struct {
  const void **address;
  size_t size;
} packed_part;

enum { part_count = 6 };

static void parts_of(oven_matrix *packed, packed_part *parts) {
  const size_t groups = packed->rows * (packed->columns / packed->group);
  const int has_whole_scales = packed->scale_type == oven_number_i8;
  const int has_whole_minima = packed->minimum_type == oven_number_i8;
  const size_t factors = packed->factor_groups ? 2 * groups / packed->factor_groups : 0;
  const packed_part all[part_count] = {
      {&packed->codes, packed->rows * row_bytes_of(packed)},
      {&packed->planes, packed->rows * plane_row_bytes(packed)},
      {&packed->scales, groups * (has_whole_scales ? 1 : 2)},
      {&packed->scale_factors, has_whole_scales ? factors : 0},
      {&packed->minima, !has_minima(packed) ? 0 : groups * (has_whole_minima ? 1 : 2)},
      {&packed->minimum_factors, has_whole_minima ? factors : 0},
  };
  memcpy(parts, all, sizeof all);
}

size_t oven_linear_packed_size(const oven_matrix *packed) {
  oven_matrix copy = *packed;
  packed_part parts[part_count];
  parts_of(&copy, parts);
  size_t size = 0;
  for (size_t i = 0; i < part_count; i++) {
    if (!*parts[i].address) size += rounded_up(parts[i].size, 64);
  }
  return size;
}

void oven_linear_place(oven_matrix *packed, void *memory) {
  packed_part parts[part_count];
  parts_of(packed, parts);
  char *place = memory;
  for (size_t i = 0; i < part_count; i++) {
    if (*parts[i].address || parts[i].size == 0) continue;
    *parts[i].address = place;
    place += rounded_up(parts[i].size, 64);
  }
}

int oven_linear_pack(const oven_matrix *matrix, const oven_matrix *packed, size_t begin, size_t end) {
  const int scales = packed->scales != matrix->scales, minima = has_minima(packed);
  const int whole_scales = scales && packed->scale_type == oven_number_i8;
  const int whole_minima = minima && packed->minimum_type == oven_number_i8;
  const int half_scales = scales && !whole_scales, half_minima = minima && !whole_minima;
  const int codes = packed->codes != matrix->codes;
  const code_table table = table_for(matrix, codes ? packed->code_type : oven_number_u5);
  for (size_t row = begin; row < end; row++) {
    if (codes && !pack_codes(matrix, packed, &table, row)) return 0;
    if ((half_scales || half_minima) && !pack_halves(matrix, packed, row, half_scales, half_minima)) return 0;
    if ((whole_scales || whole_minima) && !pack_factored(matrix, packed, row, whole_scales, whole_minima)) return 0;
  }
  return 1;
}
