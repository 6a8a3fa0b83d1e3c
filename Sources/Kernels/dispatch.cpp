// The C functions: each hands on to the variant that was asked for.
#include "variants.h"

static const Variant &variant(sk_isa isa) {
#if defined(__x86_64__)
  if (isa == sk_avx512) return sk_variant_avx512;
  if (isa == sk_avx2) return sk_variant_avx2;
#endif
  (void)isa;
  return sk_variant_portable;
}

sk_isa sk_best_isa(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512cd")) {
    return sk_avx512;
  }
  if (avx2) return sk_avx2;
#endif
  return sk_portable;
}

int sk_lanes(sk_isa isa) { return variant(isa).lanes; }

size_t sk_packed_count(sk_isa isa, const sk_shape *shape, int kernel) {
  return variant(isa).packed_count(*shape, kernel);
}

void sk_pack_weights(
    sk_isa isa, const sk_shape *shape, int kernel, const float *weights, float *packed) {
  variant(isa).pack_weights(*shape, kernel, weights, packed);
}

size_t sk_scratch_count(sk_isa isa, const sk_shape *shape, const sk_branch *branches, int count) {
  return variant(isa).scratch_count(*shape, branches, count);
}

void sk_convolve(
    sk_isa isa, const sk_shape *shape, const sk_branch *branches, int count, const float *input,
    float *scratch, float *sums) {
  variant(isa).convolve(*shape, branches, count, input, scratch, sums);
}

void sk_select(
    sk_isa isa, int blocks, size_t positions, int count, const float *const *inputs,
    const float *weights, float *output) {
  variant(isa).select(blocks, positions, count, inputs, weights, output);
}

void sk_sum_positions(sk_isa isa, int blocks, size_t positions, const float *input, float *sums) {
  variant(isa).sum_positions(blocks, positions, input, sums);
}

void sk_scale_add_relu(
    sk_isa isa, int blocks, size_t positions, const float *scale, const float *input,
    float *output) {
  variant(isa).scale_add_relu(blocks, positions, scale, input, output);
}

void sk_max_pool(
    sk_isa isa, int blocks, int height, int width, int padding, int output_height,
    int output_width, const float *input, float *output) {
  variant(isa).max_pool(blocks, height, width, padding, output_height, output_width, input, output);
}

void sk_multiply(
    sk_isa isa, int rows, int columns, const float *matrix, const float *input, const float *bias,
    int relu, float *output) {
  variant(isa).multiply(rows, columns, matrix, input, bias, relu, output);
}

void sk_block(sk_isa isa, int channels, size_t positions, const float *input, float *output) {
  variant(isa).block(channels, positions, input, output);
}

void sk_unblock(sk_isa isa, int channels, size_t positions, const float *input, float *output) {
  variant(isa).unblock(channels, positions, input, output);
}
