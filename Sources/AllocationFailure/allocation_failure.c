// Ends the program with one line where an allocation fails.
//
// What is large is checked before it is taken. This is for the rest, under a limit on address space above
// all: Swift's runtime and C++'s `new` abort with a stack trace when `malloc` has nothing for them, and
// offer no hook. A thread's calls are counted on the way, for tests of code that is to make none.
// `posix_memalign` stays as it is: the engine's buffers and oneDNN report its failure.
#include "AllocationFailure.h"

#if defined(__GLIBC__) || defined(__linux__)
#include <stddef.h>
#include <string.h>
#include <unistd.h>

// glibc's own names for its functions, for those that put others in their place.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static _Thread_local unsigned long count;

unsigned long sk_allocation_count(void) { return count; }

static void end(size_t size) {
  // Nothing here may allocate.
  char line[96] = "Error: out of memory: ", digits[24];
  size_t length = strlen(line);
  int digit = 0;
  do {
    digits[digit++] = (char)('0' + size % 10);
    size /= 10;
  } while (size);
  while (digit) line[length++] = digits[--digit];
  static const char rest[] = " bytes cannot be had\n";
  memcpy(line + length, rest, sizeof(rest) - 1);
  length += sizeof(rest) - 1;
  if (write(STDERR_FILENO, line, length) < 0) _exit(1);
  _exit(1);
}

void *malloc(size_t size) {
  count++;
  void *memory = __libc_malloc(size);
  if (__builtin_expect(!memory, 0) && size) end(size);
  return memory;
}

void *calloc(size_t items, size_t size) {
  count++;
  void *memory = __libc_calloc(items, size);
  if (__builtin_expect(!memory, 0) && items && size) {
    size_t product;
    end(__builtin_mul_overflow(items, size, &product) ? (size_t)-1 : product);
  }
  return memory;
}

void *realloc(void *old, size_t size) {
  count++;
  void *memory = __libc_realloc(old, size);
  if (__builtin_expect(!memory, 0) && size) end(size);
  return memory;
}
#else
unsigned long sk_allocation_count(void) { return 0; }
#endif
