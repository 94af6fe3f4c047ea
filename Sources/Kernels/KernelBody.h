// The loops themselves, compiled once for each instruction set: the including file names the table that it
// defines (OVEN_TABLE, OVEN_NAME) and the features of the compiler's target (OVEN_TARGET).
//
// Vectors of 16 floats are split by the compiler into what the machine has, so that the sums have the same
// lanes everywhere. Contraction to fused multiply-adds is off for the same reason.

#include "KernelTable.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi"

#if defined(OVEN_TARGET)
#pragma clang attribute push(__attribute__((target(OVEN_TARGET))), apply_to = function)
#endif

// Columns whose sums are kept in registers at once: vectors of 16 floats take two of AVX2's sixteen registers each. A
// column's sum is the same however many there are.
#if !defined(OVEN_TILE)
#define OVEN_TILE 4
#endif

#define INLINE static inline __attribute__((always_inline))
#define LANES 16

typedef float vf __attribute__((ext_vector_type(LANES)));
typedef int32_t vi __attribute__((ext_vector_type(LANES)));
typedef uint32_t vu __attribute__((ext_vector_type(LANES)));
typedef uint16_t vu16 __attribute__((ext_vector_type(LANES)));
typedef uint8_t vu8 __attribute__((ext_vector_type(LANES)));
typedef double vd __attribute__((ext_vector_type(LANES)));
typedef uint64_t vu64_8 __attribute__((ext_vector_type(LANES / 2)));
typedef uint8_t vu8_8 __attribute__((ext_vector_type(LANES / 2)));

#include "KernelConversion.h"
#include "KernelScheme.h"
#include "KernelQuantize.h"
#include "KernelDense.h"
#include "KernelChecksum.h"
#include "KernelCalibrate.h"

const oven_kernel_table OVEN_TABLE = {
    OVEN_NAME, quantize, convert_rows, widen, add_column_magnitudes, add_stripes, add_blocks,
    search,    compensate,   refine,         quadratic_form, cholesky,
};

#if defined(OVEN_TARGET)
#pragma clang attribute pop
#endif
