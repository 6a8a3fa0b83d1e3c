// The variants of the kernels, one table an instruction set.
#ifndef SK_VARIANTS_H
#define SK_VARIANTS_H

#include "include/Kernels.h"

struct Variant {
  int lanes;
  size_t (*packed_count)(const sk_shape &, int);
  void (*pack_weights)(const sk_shape &, int, const float *, float *);
  size_t (*scratch_count)(const sk_shape &, const sk_branch *, int);
  void (*convolve)(const sk_shape &, const sk_branch *, int, const float *, float *, float *);
  void (*select)(int, size_t, int, const float *const *, const float *, float *);
  void (*sum_positions)(int, size_t, const float *, float *);
  void (*scale_add_relu)(int, size_t, const float *, const float *, float *);
  void (*max_pool)(int, int, int, int, int, int, const float *, float *);
  void (*multiply)(int, int, const float *, const float *, const float *, int, float *);
  void (*block)(int, size_t, const float *, float *);
  void (*unblock)(int, size_t, const float *, float *);
};

extern const Variant sk_variant_portable, sk_variant_avx2, sk_variant_avx512;

#endif
