// A vector of floats as wide as a block, in the compiler's own vector types: the same source becomes
// SSE2, NEON, AVX2 or AVX-512 by the target attribute around it. Each variant includes it inside its
// own namespace with SK_LANES defined.

#define SK_INLINE static inline __attribute__((always_inline))
#define SK_UNROLL _Pragma("clang loop unroll(full)")

constexpr int lanes = SK_LANES;
typedef float vec __attribute__((vector_size(4 * SK_LANES)));
typedef float unaligned_vec __attribute__((vector_size(4 * SK_LANES), aligned(4), may_alias));

SK_INLINE vec load(const float *p) { return *(const unaligned_vec *)p; }
SK_INLINE void store(float *p, vec v) { *(unaligned_vec *)p = v; }
SK_INLINE vec splat(float x) { return vec{} + x; }
SK_INLINE vec larger(vec a, vec b) { return a > b ? a : b; }
SK_INLINE vec relu(vec a) { return larger(a, vec{}); }

/// 0, 1, ... n - 1 as template arguments.
template <int... i> struct Indices {};
template <int n, int... i> struct MakeIndices : MakeIndices<n - 1, n - 1, i...> {};
template <int... i> struct MakeIndices<0, i...> { typedef Indices<i...> type; };
template <int n> using Make = typename MakeIndices<n>::type;
typedef Make<lanes> Lanes;
