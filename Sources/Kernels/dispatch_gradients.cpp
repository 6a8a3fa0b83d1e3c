// The C functions of Gradients.h: each hands on to the variant that was asked for.
#include "variants.h"

static const Gradients &gradients(sk_variant variant) {
#if defined(__x86_64__)
  switch (variant) {
    case sk_portable: return sk_gradients_portable;
    case sk_avx2: return sk_gradients_avx2;
    case sk_avx512:
    case sk_avx512_bf16: return sk_gradients_avx512;
    case sk_avx512_mixed: return sk_gradients_avx512_mixed;
  }
#endif
  (void)variant;
  return sk_gradients_portable;
}

size_t sk_transposed_bytes(sk_variant variant, const sk_shape *shape, int kernel) {
  return gradients(variant).transposed_bytes(*shape, kernel);
}

void sk_pack_transposed(
    sk_variant variant, const sk_shape *shape, const sk_branch_gradient *branch,
    const float *weights, void *packed) {
  gradients(variant).pack_transposed(*shape, *branch, weights, packed);
}

size_t sk_input_gradient_scratch_bytes(
    sk_variant variant, const sk_shape *shape, const sk_branch_gradient *branches, int count) {
  return gradients(variant).input_scratch_bytes(*shape, branches, count);
}

void sk_input_gradient(
    sk_variant variant, const sk_shape *shape, const sk_branch_gradient *branches, int count,
    void *scratch, int accumulate, void *input_gradient) {
  gradients(variant).input(*shape, branches, count, scratch, accumulate, input_gradient);
}

size_t sk_weight_gradient_scratch_bytes(
    sk_variant variant, const sk_shape *shape, const sk_branch_gradient *branches, int count) {
  return gradients(variant).weight_scratch_bytes(*shape, branches, count);
}

void sk_weight_gradient(
    sk_variant variant, const sk_shape *shape, const sk_branch_gradient *branches, int count,
    int pictures, const void *input, void *scratch) {
  gradients(variant).weight(*shape, branches, count, pictures, input, scratch);
}

void sk_add_weight_gradient(
    sk_variant variant, const sk_shape *shape, int kernel, const float *accumulators,
    float *weight_gradient) {
  gradients(variant).add_weight(*shape, kernel, accumulators, weight_gradient);
}

void sk_moments(
    sk_variant variant, int blocks, size_t positions, const float *pivot, const void *input,
    double *sums, double *squares) {
  gradients(variant).moments(blocks, positions, pivot, input, sums, squares);
}

void sk_normalize(
    sk_variant variant, int blocks, size_t positions, const sk_norm *norm, int relu,
    const void *input, const void *residual, void *output, float *sums) {
  gradients(variant).normalize(blocks, positions, *norm, relu, input, residual, output, sums);
}

void sk_normalize_select(
    sk_variant variant, int blocks, size_t positions, int count, const sk_norm *norms,
    const void *const *inputs, const float *weights, void *output) {
  gradients(variant).normalize_select(blocks, positions, count, norms, inputs, weights, output);
}

void sk_norm_gradient_sums(
    sk_variant variant, int blocks, size_t positions, const sk_norm *norm, int relu,
    const void *input, const void *gradient, const void *output, void *masked,
    const sk_norm_sums *sums) {
  gradients(variant).norm_sums(
      blocks, positions, *norm, relu, input, gradient, output, masked, *sums);
}

void sk_norm_gradient(
    sk_variant variant, int blocks, size_t positions, const sk_norm *norm, int relu,
    const sk_norm_factors *factors, const void *input, const void *gradient, int accumulate,
    float *input_gradient) {
  gradients(variant).norm(
      blocks, positions, *norm, relu, *factors, input, gradient, accumulate, input_gradient);
}

void sk_dot_positions(
    sk_variant variant, int blocks, size_t positions, const void *a, const void *b, float *sums) {
  gradients(variant).dot_positions(blocks, positions, a, b, sums);
}

void sk_scale_gradient(
    sk_variant variant, int blocks, size_t positions, const float *factor, const float *addend,
    const void *gradient, const void *rectified, int accumulate, void *output) {
  gradients(variant).scale(
      blocks, positions, factor, addend, gradient, rectified, accumulate, output);
}

void sk_select_positions_gradient(
    sk_variant variant, int blocks, size_t positions, int count, int sigmoid,
    const void *const *logits, const void *const *inputs, const void *gradient,
    float *const *logit_gradients, void *const *input_gradients) {
  gradients(variant).select_positions(
      blocks, positions, count, sigmoid, logits, inputs, gradient, logit_gradients,
      input_gradients);
}

void sk_unshuffle(
    sk_variant variant, int half, size_t positions, const void *first, const void *second,
    void *left, void *right) {
  gradients(variant).unshuffle(half, positions, first, second, left, right);
}

void sk_max_pool_gradient(
    sk_variant variant, int blocks, int height, int width, int padding, int output_height,
    int output_width, const void *input, const void *gradient, void *input_gradient) {
  gradients(variant).max_pool(
      blocks, height, width, padding, output_height, output_width, input, gradient,
      input_gradient);
}

void sk_average_pool_gradient(
    sk_variant variant, int blocks, int height, int width, int side, int accumulate,
    const void *gradient, void *input_gradient) {
  gradients(variant).average_pool(
      blocks, height, width, side, accumulate, gradient, input_gradient);
}

void sk_widen(sk_variant variant, size_t count, const void *input, float *output) {
  gradients(variant).widen(count, input, output);
}

void sk_add_converted(sk_variant variant, size_t count, const float *values, void *sum) {
  gradients(variant).add_converted(count, values, sum);
}

void sk_add(sk_variant variant, size_t count, const float *values, float *sum) {
  gradients(variant).add(count, values, sum);
}

void sk_add_outer(
    sk_variant variant, int row_count, int column_count, const float *rows, const float *columns,
    float *matrix) {
  gradients(variant).add_outer(row_count, column_count, rows, columns, matrix);
}

void sk_descend(
    sk_variant variant, size_t count, float rate, float momentum, float decay, int nesterov,
    const float *gradient, float *velocity, float *weights) {
  gradients(variant).descend(count, rate, momentum, decay, nesterov, gradient, velocity, weights);
}

void sk_average(
    sk_variant variant, size_t count, float keep, const float *values, float *average) {
  gradients(variant).average(count, keep, values, average);
}
