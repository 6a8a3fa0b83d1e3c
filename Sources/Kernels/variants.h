// The variants of the kernels, one table an instruction set.
#ifndef SK_VARIANTS_H
#define SK_VARIANTS_H

#include "include/Kernels.h"

struct Variant {
  int lanes;
  size_t (*packed_bytes)(const sk_shape &, int);
  void (*pack_weights)(const sk_shape &, int, const float *, void *);
  size_t (*scratch_bytes)(const sk_shape &, const sk_branch *, int);
  void (*convolve)(const sk_shape &, const sk_branch *, int, const void *, void *, float *);
  void (*select)(int, size_t, int, const void *const *, const float *, void *);
  void (*select_positions)(
      int, size_t, int, int, const void *const *, const void *const *, void *, float *);
  void (*sigmoid)(int, float *);
  void (*sum_positions)(int, size_t, const void *, float *);
  void (*scale_add_relu)(int, size_t, const float *, const void *, void *);
  void (*shuffle)(int, size_t, const void *, const void *, void *, void *);
  void (*max_pool)(int, int, int, int, int, int, const void *, void *);
  void (*average_pool)(int, int, int, int, const void *, void *);
  void (*multiply)(int, int, const float *, const float *, const float *, int, float *);
  void (*multiply_columns)(int, int, const float *, const float *, const float *, float *);
  void (*softmax)(int, int, float *);
  void (*convert)(size_t, const float *, void *);
  void (*block)(int, size_t, const float *, void *);
  void (*unblock)(int, size_t, const void *, float *);
};

struct Gradients {
  size_t (*transposed_bytes)(const sk_shape &, int);
  void (*pack_transposed)(
      const sk_shape &, const sk_branch_gradient &, const float *, void *);
  size_t (*input_scratch_bytes)(const sk_shape &, const sk_branch_gradient *, int);
  void (*input)(const sk_shape &, const sk_branch_gradient *, int, void *, int, float *);
  size_t (*weight_scratch_bytes)(const sk_shape &, const sk_branch_gradient *, int);
  void (*weight)(const sk_shape &, const sk_branch_gradient *, int, int, const float *, void *);
  void (*add_weight)(const sk_shape &, int, const float *, float *);
  void (*moments)(int, size_t, const float *, const float *, double *, double *);
  void (*normalize)(
      int, size_t, const sk_norm &, int, const float *, const float *, float *, float *);
  void (*normalize_select)(
      int, size_t, int, const sk_norm *, const float *const *, const float *, float *);
  void (*norm_sums)(
      int, size_t, const sk_norm &, int, const float *, const float *, const float *, float *,
      const sk_norm_sums &);
  void (*norm)(
      int, size_t, const sk_norm &, int, const sk_norm_factors &, const float *, const float *, int,
      float *);
  void (*dot_positions)(int, size_t, const float *, const float *, float *);
  void (*scale)(
      int, size_t, const float *, const float *, const float *, const float *, int, float *);
  void (*select_positions)(
      int, size_t, int, int, const float *const *, const float *const *, const float *,
      float *const *, float *const *);
  void (*unshuffle)(int, size_t, const float *, const float *, float *, float *);
  void (*max_pool)(int, int, int, int, int, int, const float *, const float *, float *);
  void (*average_pool)(int, int, int, int, int, const float *, float *);
  void (*add)(size_t, const float *, float *);
  void (*add_outer)(int, int, const float *, const float *, float *);
  void (*descend)(size_t, float, float, float, int, const float *, float *, float *);
  void (*average)(size_t, float, const float *, float *);
};

extern const Gradients sk_gradients_portable, sk_gradients_avx2, sk_gradients_avx512;

extern const Variant sk_variant_portable, sk_variant_avx2, sk_variant_avx512,
    sk_variant_avx512_bf16;

#endif
