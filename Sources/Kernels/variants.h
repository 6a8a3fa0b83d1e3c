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
  void (*input)(const sk_shape &, const sk_branch_gradient *, int, void *, int, void *);
  size_t (*weight_scratch_bytes)(const sk_shape &, const sk_branch_gradient *, int);
  void (*weight)(const sk_shape &, const sk_branch_gradient *, int, int, const void *, void *);
  void (*add_weight)(const sk_shape &, int, const float *, float *);
  void (*moments)(int, size_t, const float *, const void *, double *, double *);
  void (*normalize)(
      int, size_t, const sk_norm &, int, const void *, const void *, void *, float *);
  void (*normalize_select)(
      int, size_t, int, const sk_norm *, const void *const *, const float *, void *);
  void (*norm_sums)(
      int, size_t, const sk_norm &, int, const void *, const void *, const void *, void *,
      const sk_norm_sums &);
  void (*norm)(
      int, size_t, const sk_norm &, int, const sk_norm_factors &, const void *, const void *, int,
      float *);
  void (*dot_positions)(int, size_t, const void *, const void *, float *);
  void (*scale)(
      int, size_t, const float *, const float *, const void *, const void *, int, void *);
  void (*select_positions)(
      int, size_t, int, int, const void *const *, const void *const *, const void *,
      float *const *, void *const *);
  void (*unshuffle)(int, size_t, const void *, const void *, void *, void *);
  void (*max_pool)(int, int, int, int, int, int, const void *, const void *, void *);
  void (*average_pool)(int, int, int, int, int, const void *, void *);
  void (*widen)(size_t, const void *, float *);
  void (*add_converted)(size_t, const float *, void *);
  void (*add)(size_t, const float *, float *);
  void (*add_outer)(int, int, const float *, const float *, float *);
  void (*descend)(size_t, float, float, float, int, const float *, float *, float *);
  void (*average)(size_t, float, const float *, float *);
};

extern const Gradients sk_gradients_portable, sk_gradients_avx2, sk_gradients_avx512,
    sk_gradients_avx512_mixed;

extern const Variant sk_variant_portable, sk_variant_avx2, sk_variant_avx512,
    sk_variant_avx512_bf16, sk_variant_avx512_mixed;

#endif
