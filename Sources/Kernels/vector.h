// A vector of floats as wide as a block, in the compiler's own vector types: the same source becomes
// SSE2, NEON, AVX2 or AVX-512 by the target attribute around it. Each variant includes it inside its
// own namespace with SK_LANES and SK_REGISTERS (how many such vectors there are registers for) defined,
// SK_BF16 if its activations are bfloat16, and SK_PAIRS if it multiplies pairs of those as they are; else
// they are widened when they are loaded, and multiplied as floats.

#define SK_INLINE static inline __attribute__((always_inline))
#define SK_UNROLL _Pragma("clang loop unroll(full)")

constexpr int lanes = SK_LANES;
typedef float vec __attribute__((vector_size(4 * SK_LANES)));
typedef float unaligned_vec __attribute__((vector_size(4 * SK_LANES), aligned(4), may_alias));

/// 0, 1, ... n - 1 as template arguments.
template <int... i> struct Indices {};
template <int n, int... i> struct MakeIndices : MakeIndices<n - 1, n - 1, i...> {};
template <int... i> struct MakeIndices<0, i...> { typedef Indices<i...> type; };
template <int n> using Make = typename MakeIndices<n>::type;
typedef Make<lanes> Lanes;

template <int... l> SK_INLINE vec splat(float x, Indices<l...>) { return vec{(void(l), x)...}; }
/// One number in all lanes.
SK_INLINE vec splat(float x) { return splat(x, Lanes()); }
SK_INLINE vec load(const float *p) { return *(const unaligned_vec *)p; }
SK_INLINE void store(float *p, vec v) { *(unaligned_vec *)p = v; }
/// The larger lanes; b's where either is not a number, as the processors' own instruction has it.
SK_INLINE vec larger(vec a, vec b) { return a > b ? a : b; }
/// The larger lanes; what is not a number stays, whichever of the two it is.
SK_INLINE vec larger_or_nan(vec a, vec b) { return a == a ? larger(a, b) : a; }
/// What is not a number stays what it is.
SK_INLINE vec relu(vec a) { return larger(vec{}, a); }

#if SK_BF16

/// The upper half of a float.
struct element {
  uint16_t bits;
};
typedef uint16_t half_vec __attribute__((vector_size(2 * SK_LANES), aligned(2), may_alias));
typedef uint32_t bits_vec __attribute__((vector_size(4 * SK_LANES)));
typedef uint32_t aliasing_bits __attribute__((aligned(2), may_alias));

SK_INLINE vec load(const element *p) {
  return (vec)(__builtin_convertvector(*(const half_vec *)p, bits_vec) << 16);
}
/// Rounds to nearest, ties to even.
SK_INLINE void store(element *p, vec v) {
  *(half_vec *)p = (half_vec)_mm512_cvtneps_pbh((__m512)v);
}
SK_INLINE element rounded(float x) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, x);
  // Rounding would carry a NaN's last bits into its sign.
  if (x != x) return element{(uint16_t)(bits >> 16 | 0x40)};
  return element{(uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}
SK_INLINE float widened(element x) {
  return __builtin_bit_cast(float, (uint32_t)x.bits << 16);
}

#else

typedef float element;
SK_INLINE element rounded(float x) { return x; }
SK_INLINE float widened(element x) { return x; }

#endif

#if SK_PAIRS

/// What weights and copies of activations consist of.
typedef element operand;
SK_INLINE operand as_weight(float x) { return rounded(x); }
/// A pair of channels in all lanes.
SK_INLINE vec splat_unit(const float *p) {
  return splat(__builtin_bit_cast(float, *(const aliasing_bits *)p));
}
/// sum + first x first + second x second, for the pairs in each lane.
SK_INLINE vec multiply_add(vec x, vec w, vec sum) {
  return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)w);
}

#else

typedef float operand;
SK_INLINE operand as_weight(float x) { return widened(rounded(x)); }
SK_INLINE vec splat_unit(const float *p) { return splat(*p); }
SK_INLINE vec multiply_add(vec x, vec w, vec sum) { return x * w + sum; }

#endif

#if SK_BF16
typedef half_vec raw_block;
typedef int16_t lane_bits __attribute__((vector_size(2 * SK_LANES)));
#else
typedef vec raw_block;
typedef int32_t lane_bits __attribute__((vector_size(4 * SK_LANES)));
#endif
/// A pixel of a block as it lies in memory, lanes unconverted.
SK_INLINE raw_block load_raw(const element *p) {
  raw_block pixel;
  __builtin_memcpy(&pixel, p, sizeof(pixel));
  return pixel;
}
SK_INLINE void store_raw(element *p, raw_block pixel) { __builtin_memcpy(p, &pixel, sizeof(pixel)); }

/// Channels in a unit of 32 bits.
constexpr int per_unit = sizeof(float) / sizeof(operand);

/// A pixel of a block, as units.
typedef float block_units __attribute__((vector_size(4 * SK_LANES / (1 + SK_PAIRS))));
typedef float unaligned_block_units
    __attribute__((vector_size(4 * SK_LANES / (1 + SK_PAIRS)), aligned(2), may_alias));
#if SK_PAIRS
SK_INLINE block_units load_units(const element *p) { return *(const unaligned_block_units *)p; }
#else
SK_INLINE block_units load_units(const float *p) { return load(p); }
#if SK_BF16
SK_INLINE block_units load_units(const element *p) { return load(p); }
#endif
#endif
