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
  void (*multiply)(int, int, const float *, const float *, const float *, int, float *);
  void (*multiply_columns)(int, int, const float *, const float *, const float *, float *);
  void (*softmax)(int, int, float *);
  void (*convert)(size_t, const float *, void *);
  void (*block)(int, size_t, const float *, void *);
  void (*unblock)(int, size_t, const void *, float *);
};

extern const Variant sk_variant_portable, sk_variant_avx2, sk_variant_avx512,
    sk_variant_avx512_bf16;

#endif
