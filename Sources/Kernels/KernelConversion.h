// Numbers in and out of 16-bit floats, by their bits. Part of KernelBody.h.

INLINE vf load(const void *at) {
  vf value;
  memcpy(&value, at, sizeof value);
  return value;
}

INLINE void store(void *at, vf value) { memcpy(at, &value, sizeof value); }

INLINE vf widen_bf16(vu16 bits) { return __builtin_bit_cast(vf, __builtin_convertvector(bits, vu) << 16); }

INLINE vf widen_f16(vu16 half) {
  vu bits = __builtin_convertvector(half, vu);
  vu magnitude = bits & 0x7FFF;
  // A product with 2^112 moves the exponent, subnormals included; infinities and NaN keep all exponent bits.
  vf number = __builtin_bit_cast(vf, magnitude << 13) * 0x1p112f;
  vu special = magnitude >= 0x7C00 ? (vu)0x7F800000 : (vu)0;
  return __builtin_bit_cast(vf, (bits & 0x8000) << 16 | __builtin_bit_cast(vu, number) | special);
}

// Rounds to nearest even; what is beyond the range becomes infinite, NaN stays NaN.
INLINE vu narrow_f16(vf value) {
  vu bits = __builtin_bit_cast(vu, value);
  vu magnitude = bits & 0x7FFFFFFF;
  // Below 2^-14 the result is a multiple of 2^-24, and adding 1/2 makes that the last bit of a float.
  vu small = __builtin_bit_cast(vu, __builtin_bit_cast(vf, magnitude) + 0.5f) & 0x7FFF;
  vu normal = (magnitude + 0xFFF + (magnitude >> 13 & 1) - (112u << 23)) >> 13;
  vu special = magnitude > 0x7F800000 ? (vu)0x7E00 : (vu)0x7C00;
  vu half = magnitude < 0x38800000 ? small : normal;
  half = magnitude >= 0x477FF000 ? special : half;
  return half | (bits >> 16 & 0x8000);
}

INLINE vu narrow_bf16(vf value) {
  vu bits = __builtin_bit_cast(vu, value);
  vu rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  return (bits & 0x7FFFFFFF) > 0x7F800000 ? (bits >> 16 | 0x40) : rounded;
}

INLINE float half_value(uint16_t half) { return widen_f16((vu16)half)[0]; }

static void widen(const void *source, oven_type type, size_t count, float *output) {
  if (type == oven_type_f32) {
    memcpy(output, source, count * sizeof(float));
    return;
  }
  const char *bytes = source;
  size_t index = 0;
  for (; index + LANES <= count; index += LANES) {
    vu16 bits;
    memcpy(&bits, bytes + 2 * index, sizeof bits);
    store(output + index, type == oven_type_bf16 ? widen_bf16(bits) : widen_f16(bits));
  }
  for (; index < count; index++) {
    uint16_t bits;
    memcpy(&bits, bytes + 2 * index, sizeof bits);
    output[index] = type == oven_type_bf16 ? widen_bf16((vu16)bits)[0] : half_value(bits);
  }
}
