#include <png.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// libpng leaves a failed call by longjmp, which may not cross Swift frames; these functions keep
// both ends of the jump in C and hand back a status and a line of text. They own every libpng handle.

#define SK_PNG_MESSAGE_SIZE 128

// Macros of macros, which Swift does not see.
static const png_uint_32 sk_png_format_rgb = PNG_FORMAT_RGB;
static const png_uint_32 sk_png_format_rgba = PNG_FORMAT_RGBA;

/// A PNG of this picture has no more bytes; a macro of macros, too.
static inline size_t sk_png_largest_size(png_image image) { return PNG_IMAGE_PNG_SIZE_MAX(image); }

/// What the header of a PNG declares, after expansion to 8 bits a channel.
typedef struct {
  uint32_t width;
  uint32_t height;
  int channels;             // 3 or 4
  int isInterlaced;         // its rows come in seven passes
  uint64_t storedRowBytes;  // of a row as it is compressed
} sk_png_header;

/// Takes the next row down, and may write on it.
typedef void (*sk_png_take_row)(void *context, uint8_t *row);

/// Takes a text chunk down.
typedef void (*sk_png_note)(
    void *context, const char *keyword, const char *text, size_t length);

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t offset;
  int isComplete;  // every pixel has been read
  int isCut;       // and the data ended behind it
  char *message;   // SK_PNG_MESSAGE_SIZE
} sk_png_source;

static inline void sk_png_fail(png_structp png, png_const_charp text) {
  sk_png_source *source = (sk_png_source *)png_get_error_ptr(png);
  strncpy(source->message, text, SK_PNG_MESSAGE_SIZE - 1);
  source->message[SK_PNG_MESSAGE_SIZE - 1] = 0;
  png_longjmp(png, 1);
}

static inline void sk_png_warn(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static inline void sk_png_take(png_structp png, png_bytep to, size_t count) {
  sk_png_source *source = (sk_png_source *)png_get_io_ptr(png);
  if (count > source->count - source->offset) {
    // Whatever is missing behind the last pixel, nothing of the picture is.
    source->isCut = source->isComplete;
    if (source->isCut) png_longjmp(png, 1);
    png_error(png, "the data ends too early");
  }
  memcpy(to, source->bytes + source->offset, count);
  source->offset += count;
}

/// Reads a PNG as 8-bit RGB or RGBA; with `pixels` null it stops behind the header.
///
/// Palettes, grey and fewer than 8 bits are expanded, tRNS becomes alpha, of 16 bits the upper 8 are
/// kept. Colour space chunks are skipped unread. A wrong checksum is an error in every chunk.
/// `pixels` holds width × height × channels bytes of a header read before, or, where rows are told to
/// `take` one by one, which an interlaced picture has not, those of a row; text chunks, of 1 MB at most
/// each when they are unpacked, are told to `note` at the end. Returns 0 if `message` says why reading
/// failed.
static inline int sk_png_read(
    const uint8_t *bytes, size_t count, sk_png_header *header, uint8_t *pixels,
    sk_png_take_row take, sk_png_note note, void *context, char *message) {
  sk_png_source source = {bytes, count, 0, 0, 0, message};
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, sk_png_fail, sk_png_warn);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    strcpy(message, "out of memory");
    return 0;
  }
  if (setjmp(png_jmpbuf(png))) {
    if (!source.isCut) {
      png_destroy_read_struct(&png, &info, NULL);
      return 0;
    }
  } else {
    png_set_read_fn(png, &source, sk_png_take);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    // Limits on size are the caller's; the header is looked at before any pixel is stored.
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    // Texts may tell an orientation. One that cannot be read is left out.
    static const png_byte texts[] = "tEXt\0zTXt\0iTXt";
    if (pixels) png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, texts, 3);
    png_set_chunk_malloc_max(png, 1 << 20);
    png_set_chunk_cache_max(png, 64);
    png_set_benign_errors(png, 1);
    png_read_info(png, info);
    int depth, color, interlace;
    png_get_IHDR(
        png, info, &header->width, &header->height, &depth, &color, &interlace, NULL, NULL);
    int hasAlpha = (color & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
    header->channels = hasAlpha ? 4 : 3;
    header->isInterlaced = interlace != PNG_INTERLACE_NONE;
    header->storedRowBytes = png_get_rowbytes(png, info);
    if (pixels) {
      png_set_expand(png);
      png_set_strip_16(png);
      png_set_gray_to_rgb(png);
      int passes = png_set_interlace_handling(png);
      png_read_update_info(png, info);
      size_t row = (size_t)header->width * header->channels;
      if (png_get_rowbytes(png, info) != row) png_error(png, "unexpected row size");
      if (take && passes > 1) png_error(png, "interlaced");
      for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < header->height; y++) {
          png_read_row(png, take ? pixels : pixels + y * row, NULL);
          if (take) take(context, pixels);
        }
      source.isComplete = 1;
      png_read_end(png, info);
    }
  }
  if (note) {
    png_textp texts;
    int length = png_get_text(png, info, &texts, NULL);
    for (int i = 0; i < length; i++) {
      size_t size = texts[i].text_length > 0 ? texts[i].text_length : texts[i].itxt_length;
      note(context, texts[i].key, texts[i].text, size);
    }
  }
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}
