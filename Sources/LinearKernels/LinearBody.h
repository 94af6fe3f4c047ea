// The products themselves, compiled once for each instruction set: the including file names the table that it defines
// (LINEAR_TABLE, LINEAR_NAME), the compiler's target (LINEAR_TARGET), the instruction that multiplies bytes
// (LINEAR_DOT, see LinearDot.h) and how many rows fit into the registers (TILE_ROWS, TILE_VECTORS), or that the machine
// multiplies tiles of them (LINEAR_TILES), and whether it multiplies bf16 (LINEAR_BF16).
//
// Everything is written in vectors of 16 lanes, which the compiler splits into what the machine has, and every
// multiply-add is a fused one: so all instruction sets give the same bits, but for bf16.

#include "LinearTable.h"

#include <stddef.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi"

#if defined(LINEAR_TARGET)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target(LINEAR_TARGET))), apply_to = function)
#endif

#define INLINE static inline __attribute__((always_inline))
// For loops over registers.
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float vf __attribute__((ext_vector_type(16)));
typedef int32_t vi __attribute__((ext_vector_type(16)));
typedef uint32_t vu __attribute__((ext_vector_type(16)));
typedef int32_t vi8 __attribute__((ext_vector_type(8)));
typedef int32_t vi4 __attribute__((ext_vector_type(4)));
typedef float vf8 __attribute__((ext_vector_type(8)));
typedef float vf4 __attribute__((ext_vector_type(4)));
typedef float vf2 __attribute__((ext_vector_type(2)));
typedef int8_t vs8x16 __attribute__((ext_vector_type(16)));
typedef uint8_t vu8x16 __attribute__((ext_vector_type(16)));
typedef uint8_t vu8x8 __attribute__((ext_vector_type(8)));
typedef uint16_t vu16x16 __attribute__((ext_vector_type(16)));
typedef uint8_t vbytes __attribute__((ext_vector_type(64)));

INLINE vf fused(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }

INLINE vf load_floats(const float *p) {
  vf v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE vi load_ints(const void *p) {
  vi v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE float sum_of(vf v) {
  const vf8 eight = v.lo + v.hi;
  const vf4 four = eight.lo + eight.hi;
  const vf2 two = four.lo + four.hi;
  return two.x + two.y;
}

#include "LinearDot.h"
#include "LinearNumbers.h"
#include "LinearCodes.h"
#include "LinearTranspose.h"
#if defined(LINEAR_TILES)
#include "LinearTiles.h"
#endif
#include "LinearPrepare.h"
#include "LinearFew.h"
#if !defined(LINEAR_TILES)
#include "LinearMany.h"
#endif
#include "LinearRows.h"
#include "LinearExact.h"
#include "Attention.h"

static void multiply(const oven_matrix *matrix, const void *prepared, size_t count, size_t begin, size_t end,
                     float *y, size_t stride, void *scratch) {
  if (count < OVEN_LINEAR_MANY_ROWS) {
    multiply_few(matrix, prepared, count, begin, end, y, stride, scratch);
  } else {
#if defined(LINEAR_TILES)
    multiply_tiles(matrix, prepared, count, begin, end, y, stride, scratch);
#else
    multiply_many(matrix, prepared, count, begin, end, y, stride, scratch);
#endif
  }
}

#if defined(LINEAR_TILES)
enum { has_tiles = 1 };
#else
enum { has_tiles = 0 };
#endif

const oven_linear_table LINEAR_TABLE = {LINEAR_NAME, has_tiles, prepare, multiply, multiply_exactly, gate,
                                         normalize, add, store, attend, attend_part, join};

#if defined(LINEAR_TARGET)
#pragma clang attribute pop
#endif
