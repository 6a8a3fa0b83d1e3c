// The C functions: each hands on to the variant that was asked for.
#include "variants.h"

#include <cfenv>

static const Variant &table(sk_variant variant) {
#if defined(__x86_64__)
  switch (variant) {
    case sk_portable: return sk_variant_portable;
    case sk_avx2: return sk_variant_avx2;
    case sk_avx512: return sk_variant_avx512;
    case sk_avx512_bf16: return sk_variant_avx512_bf16;
    case sk_avx512_mixed: return sk_variant_avx512_mixed;
  }
#endif
  (void)variant;
  return sk_variant_portable;
}

int sk_supports(sk_variant variant) {
  if (variant == sk_portable) return 1;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
  if (variant == sk_avx2) return 1;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl")) {
    return 0;
  }
  return variant == sk_avx512 || __builtin_cpu_supports("avx512bf16");
#else
  return 0;
#endif
}

void sk_expect_finite(void) { std::feclearexcept(FE_INVALID | FE_OVERFLOW); }

int sk_was_not_finite(void) { return std::fetestexcept(FE_INVALID | FE_OVERFLOW) != 0; }

int sk_are_finite(size_t count, const float *values) {
  uint32_t largest = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    __builtin_memcpy(&bits, values + i, sizeof(bits));
    bits &= 0x7fffffff;
    if (bits > largest) largest = bits;
  }
  return largest < 0x7f800000;
}

float sk_largest_bf16(size_t count, const void *values) {
  const int16_t *bits = static_cast<const int16_t *>(values);
  int16_t largest = 0;
  // Without their sign, magnitudes are ordered as their bits are, and what is no number comes last.
  for (size_t i = 0; i < count; i++) {
    int16_t magnitude = bits[i] & 0x7fff;
    if (magnitude > largest) largest = magnitude;
  }
  uint32_t whole = static_cast<uint32_t>(largest) << 16;
  float result;
  __builtin_memcpy(&result, &whole, sizeof(result));
  return result;
}

int sk_lanes(sk_variant variant) { return table(variant).lanes; }

size_t sk_packed_bytes(sk_variant variant, const sk_shape *shape, int kernel) {
  return table(variant).packed_bytes(*shape, kernel);
}

void sk_pack_weights(
    sk_variant variant, const sk_shape *shape, int kernel, const float *weights, void *packed) {
  table(variant).pack_weights(*shape, kernel, weights, packed);
}

size_t sk_scratch_bytes(
    sk_variant variant, const sk_shape *shape, const sk_branch *branches, int count) {
  return table(variant).scratch_bytes(*shape, branches, count);
}

void sk_convolve(
    sk_variant variant, const sk_shape *shape, const sk_branch *branches, int count,
    const void *input, void *scratch, float *sums) {
  table(variant).convolve(*shape, branches, count, input, scratch, sums);
}

void sk_select(
    sk_variant variant, int blocks, size_t positions, int count, const void *const *inputs,
    const float *weights, void *output) {
  table(variant).select(blocks, positions, count, inputs, weights, output);
}

void sk_select_positions(
    sk_variant variant, int blocks, size_t positions, int count, int sigmoid,
    const void *const *logits, const void *const *inputs, void *output, float *sums) {
  table(variant).select_positions(
      blocks, positions, count, sigmoid, logits, inputs, output, sums);
}

void sk_sigmoid(sk_variant variant, int blocks, float *values) {
  table(variant).sigmoid(blocks, values);
}

void sk_sum_positions(
    sk_variant variant, int blocks, size_t positions, const void *input, float *sums) {
  table(variant).sum_positions(blocks, positions, input, sums);
}

void sk_scale_add_relu(
    sk_variant variant, int blocks, size_t positions, const float *scale, const void *input,
    void *output) {
  table(variant).scale_add_relu(blocks, positions, scale, input, output);
}

void sk_shuffle(
    sk_variant variant, int half, size_t positions, const void *left, const void *right, void *first,
    void *second) {
  table(variant).shuffle(half, positions, left, right, first, second);
}

void sk_max_pool(
    sk_variant variant, int blocks, int height, int width, int padding, int output_height,
    int output_width, const void *input, void *output) {
  table(variant).max_pool(
      blocks, height, width, padding, output_height, output_width, input, output);
}

void sk_average_pool(
    sk_variant variant, int blocks, int height, int width, int side, const void *input,
    void *output) {
  table(variant).average_pool(blocks, height, width, side, input, output);
}

void sk_multiply(
    sk_variant variant, int rows, int columns, const float *matrix, const float *input,
    const float *bias, int relu, float *output) {
  table(variant).multiply(rows, columns, matrix, input, bias, relu, output);
}

void sk_multiply_columns(
    sk_variant variant, int blocks, int columns, const float *matrix, const float *input,
    const float *bias, float *output) {
  table(variant).multiply_columns(blocks, columns, matrix, input, bias, output);
}

void sk_softmax(sk_variant variant, int blocks, int branches, float *values) {
  table(variant).softmax(blocks, branches, values);
}

void sk_convert(sk_variant variant, size_t count, const float *input, void *output) {
  table(variant).convert(count, input, output);
}

void sk_block(
    sk_variant variant, int channels, size_t positions, const float *input, void *output) {
  table(variant).block(channels, positions, input, output);
}

void sk_unblock(
    sk_variant variant, int channels, size_t positions, const void *input, float *output) {
  table(variant).unblock(channels, positions, input, output);
}
