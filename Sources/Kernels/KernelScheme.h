// What each scheme makes of a group's range and of 16 numbers. Part of KernelBody.h; the formulas are
// explained in Sources/Quantization/Schemes. `scheme` is a constant wherever these are called.

#define EPSILON 0x1p-23f
// Adding 3 · 2^22 rounds a small float to an integer, halfway cases to even, and leaves the integer in its
// low bits.
#define MAGIC 12582912.0f

INLINE int is_asymmetric(oven_scheme scheme) {
  return scheme == oven_scheme_int4_asymmetric || scheme == oven_scheme_int8_asymmetric;
}

INLINE int is_eight_bit(oven_scheme scheme) {
  return scheme == oven_scheme_int8_symmetric || scheme == oven_scheme_int8_asymmetric;
}

INLINE vf magnitude_of(vf x) { return __builtin_bit_cast(vf, __builtin_bit_cast(vu, x) & 0x7FFFFFFF); }

INLINE vf guarded(vf scale) { return magnitude_of(scale) < EPSILON ? (vf)EPSILON : scale; }

// The scales of 16 groups.
INLINE vf scheme_scales(oven_scheme scheme, vf minimum, vf maximum) {
  vf low = magnitude_of(minimum), high = magnitude_of(maximum);
  vf largest = low > high ? low : high;
  vf extent = (maximum > 0 ? maximum : (vf)0) - (minimum < 0 ? minimum : (vf)0);
  switch (scheme) {
  case oven_scheme_int4_symmetric: return guarded((low >= maximum ? low : -maximum) / 8);
  case oven_scheme_int8_symmetric: return guarded((low >= maximum ? low : -maximum) / 128);
  case oven_scheme_int4_asymmetric: return guarded(extent / 15);
  case oven_scheme_int8_asymmetric: return guarded(extent / 255);
  case oven_scheme_nf4: return guarded(largest);
  case oven_scheme_fp4: return guarded(largest) / 6;
  case oven_scheme_mxfp4: {
    // The next power of two that is not smaller.
    vu bits = (__builtin_bit_cast(vu, guarded(largest) / 6) + 0x7FFFFF) & 0x7F800000;
    return __builtin_bit_cast(vf, bits > 0x7F000000 ? (vu)0x7F000000 : bits);
  }
  }
}

// The zero points of 16 groups.
INLINE vf scheme_zero_points(oven_scheme scheme, vf minimum, vf scales) {
  if (!is_asymmetric(scheme)) return 0;
  vf highest = is_eight_bit(scheme) ? 255 : 15;
  vf zero = (minimum < 0 ? minimum : (vf)0) / scales;
  zero = MAGIC - (zero + MAGIC);
  zero = zero > highest ? highest : zero;
  return zero < 0 ? (vf)0 : zero;
}

// Numbers divided by their scale, as codes; `values` becomes what the codes stand for, without the scale.
INLINE vi scheme_codes(oven_scheme scheme, vf x, float zero_point, vf *values) {
  if (scheme == oven_scheme_nf4) {
    static const float borders[15] = {-0.8480964004993439f,   -0.6106329262256622f,  -0.4599952697753906f,
                                      -0.33967943489551544f,  -0.23460740596055984f, -0.13791173323988914f,
                                      -0.045525018125772476f, 0.03979014977812767f,  0.1202552504837513f,
                                      0.2035212516784668f,    0.2920137718319893f,   0.3893125355243683f,
                                      0.5016634166240692f,    0.6427869200706482f,   0.8614784181118011f};
    static const float levels[16] = {-1.0f,
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
    vi code = 0;
    vf level = levels[0];
#pragma clang loop unroll(full)
    for (int border = 0; border < 15; border++) {
      vi above = x > borders[border];
      code -= above;
      level = above ? (vf)levels[border + 1] : level;
    }
    *values = level;
    return code;
  }
  if (scheme == oven_scheme_fp4 || scheme == oven_scheme_mxfp4) {
    vu bits = __builtin_bit_cast(vu, x);
    vf magnitude = __builtin_bit_cast(vf, bits & 0x7FFFFFFF);
    // Halfway cases go to the even code.
    vi code = -(magnitude > 0.25f) - (magnitude >= 0.75f) - (magnitude > 1.25f) - (magnitude >= 1.75f) -
              (magnitude > 2.5f) - (magnitude >= 3.5f) - (magnitude > 5.0f);
    vf level = __builtin_convertvector(code, vf) * 0.5f;
    level = magnitude > 2.5f ? (vf)3 : level;
    level = magnitude >= 3.5f ? (vf)4 : level;
    level = magnitude > 5.0f ? (vf)6 : level;
    *values = __builtin_bit_cast(vf, __builtin_bit_cast(vu, level) | (bits & 0x80000000));
    return code | __builtin_bit_cast(vi, bits >> 28 & 8);
  }
  float lowest = scheme == oven_scheme_int4_symmetric ? -8 : scheme == oven_scheme_int8_symmetric ? -128 : 0;
  float highest = lowest + (is_eight_bit(scheme) ? 255 : 15);
  if (is_asymmetric(scheme)) x += zero_point;
  x = x < lowest ? (vf)lowest : x;
  x = x > highest ? (vf)highest : x;
  x += MAGIC;
  *values = x - MAGIC;
  if (is_asymmetric(scheme)) *values -= zero_point;
  return __builtin_bit_cast(vi, x) & (is_eight_bit(scheme) ? 255 : 15);
}
