/* ISC license. */

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <holdfast/log.h>
#include <holdfast/message.h>

#define JSON_CHUNK 512

char const *hf_log_stamp_at (hf_log *l, int kind, size_t at, size_t *len)
{
  unsigned int w = at >= l->old ;
  if (!l->have[w][kind]) l->have[w][kind] = hf_log_stamp_fmt(l->stamp[w][kind], kind, &l->when[w]) ;
  *len = l->have[w][kind] ;
  return l->stamp[w][kind] ;
}

int hf_log_line (hf_log const *l, size_t at, size_t limit, size_t *end)
{
  size_t stop = l->len - at > limit ? at + limit : l->len ;
  *end = hf_log_newline(l->s, at, stop) ;
  return *end < stop || stop - at >= limit ;
}

int hf_log_chosen (hf_log *l, hf_logform const *f, size_t at, char const *s, size_t n)
{
  char buf[1024] ;
  unsigned int i = f->nrules ;
  if (i && l->match_stamp && f->stamp)
  {
    size_t k ;
    char const *stamp = hf_log_stamp_at(l, f->stamp, at, &k) ;
    memcpy(buf, stamp, k) ;
    if (n > sizeof(buf) - 24 - k) n = sizeof(buf) - 24 - k ;   /* 1000 in all */
    memcpy(buf + k, s, n) ;
    s = buf ;
    n += k ;
  }
  /* every rule counts, the last that matches decides: so look from the end */
  while (i--)
  {
    hf_logrule const *r = f->rules + i ;
    if (r->op != f->yes && r->op != f->no) continue ;
    if (hf_log_match(r->kind, r->pat, r->len, s, n)) return r->op == f->yes ;
  }
  return f->start ;
}

/* Bytes that are no UTF-8 become the lone surrogates U+DC80 to U+DCFF, from which they can be
   had back. */
static size_t json_u (char *out, unsigned int u)
{
  unsigned int i ;
  memcpy(out, "\\u", 2) ;
  for (i = 0 ; i < 4 ; i++) out[2 + i] = "0123456789abcdef"[u >> (12 - 4 * i) & 15] ;
  return 6 ;
}

size_t hf_log_json_escape (char *out, char const *s, size_t n)
{
  size_t m = 0, i = 0 ;
  while (i < n)
  {
    unsigned char c = s[i] ;
    if (c >= 0x80)
    {
      size_t k = hf_utf8(s + i, n - i) ;
      if (k) { memcpy(out + m, s + i, k) ; m += k ; i += k ; continue ; }
      m += json_u(out + m, 0xdc00 + c) ;
    }
    else if (c == '"' || c == '\\') { out[m++] = '\\' ; out[m++] = c ; }
    else if (c == '\t') { out[m++] = '\\' ; out[m++] = 't' ; }
    else if (c < 32 || c == 127) m += json_u(out + m, c) ;
    else out[m++] = c ;
    i++ ;
  }
  return m ;
}

/* What comes before a line. */
static size_t head (hf_log *l, hf_logform const *f, size_t at, char *out)
{
  size_t k = 0, n = 0 ;
  char const *stamp ;
  if (f->json)
  {
    stamp = hf_log_stamp_at(l, f->stamp ? f->stamp : HF_LOG_STAMP_ISO, at, &k) ;
    memcpy(out, "{\"time\":\"", 9) ; n = 9 ;
    memcpy(out + n, stamp, k - 1) ; n += k - 1 ;
    memcpy(out + n, "\",\"line\":\"", 10) ; n += 10 ;
    return n + hf_log_json_escape(out + n, f->prefix, f->prefixlen) ;
  }
  stamp = hf_log_stamp_at(l, f->stamp, at, &k) ;
  memcpy(out, stamp, k) ;
  if (f->prefixlen) memcpy(out + k, f->prefix, f->prefixlen) ;
  return k + f->prefixlen ;
}

size_t hf_log_frame (hf_log *l, hf_logform const *f, char const *text, size_t n, char *out)
{
  size_t k = head(l, f, l->old, out) ;
  if (f->json)
  {
    k += hf_log_json_escape(out + k, text, n) ;
    memcpy(out + k, "\"}\n", 3) ;
    return k + 3 ;
  }
  memcpy(out + k, text, n) ;
  k += n ;
  out[k++] = '\n' ;
  return k ;
}

/* The rendering in progress. */
typedef struct
{
  char *out ;
  size_t n, room ;
  hf_logpos pos ;
} work ;

/* Adds s[0..n) of the unit at pos, whose first pos.skip bytes are written already. 1 if all
   of it went in; else room is full, and skip says how far the unit got. done: bytes of the
   unit before s. */
static int add (work *w, char const *s, size_t n, size_t done)
{
  size_t from = w->pos.skip > done ? w->pos.skip - done : 0 ;
  size_t k ;
  if (from >= n) return 1 ;
  k = n - from ;
  if (k > w->room - w->n) k = w->room - w->n ;
  memcpy(w->out + w->n, s + from, k) ;
  w->n += k ;
  if (from + k == n) return 1 ;
  w->pos.skip = done + from + k ;
  return 0 ;
}

/* One unit of a JSON record: at most JSON_CHUNK bytes of the line. */
static int unit_json (hf_log *l, hf_logform const *f, work *w, size_t end, int whole)
{
  char tmp[6 * JSON_CHUNK + 6 * HF_LOG_PREFIX + 128] ;
  size_t n = 0, stop = end ;
  if (stop - w->pos.at > JSON_CHUNK) { stop = w->pos.at + JSON_CHUNK ; whole = 0 ; }
  /* never in the middle of a character, if it can be helped */
  if (!whole || stop < end)
  {
    size_t back = 0 ;
    while (back < 3 && stop - back > w->pos.at + 4 && ((unsigned char)l->s[stop - back - 1] & 0xc0) == 0x80) back++ ;
    if (stop - back > w->pos.at + 4 && (unsigned char)l->s[stop - back - 1] >= 0xc0 && !whole && stop < end) stop -= back + 1 ;
  }
  if (!w->pos.mid) n = head(l, f, w->pos.at, tmp) ;
  n += hf_log_json_escape(tmp + n, l->s + w->pos.at, stop - w->pos.at) ;
  if (whole) { memcpy(tmp + n, "\"}\n", 3) ; n += 3 ; }
  if (!add(w, tmp, n, 0)) return 0 ;
  w->pos.skip = 0 ;
  w->pos.at = stop + whole ;
  w->pos.mid = !whole ;
  return 1 ;
}

static int unit_plain (hf_log *l, hf_logform const *f, work *w, size_t end, int whole)
{
  char tmp[HF_LOG_STAMP + HF_LOG_PREFIX] ;
  size_t n, k ;
  if (!w->pos.mid)
  {
    n = head(l, f, w->pos.at, tmp) ;
    if (!add(w, tmp, n, 0)) return 0 ;
    w->pos.skip = 0 ;
    w->pos.mid = 1 ;
  }
  n = end + whole - w->pos.at ;
  k = n > w->room - w->n ? w->room - w->n : n ;
  memcpy(w->out + w->n, l->s + w->pos.at, k) ;
  w->n += k ;
  w->pos.at += k ;
  if (k < n) return 0 ;
  w->pos.mid = !whole ;
  return 1 ;
}

/* The beginning of a line: is it for this sink? 0: cannot be known before more is read. */
static int decide (hf_log *l, hf_logform const *f, hf_logpos *pos)
{
  size_t end ;
  pos->chosen = 1 ;
  if (!f->whole) return 1 ;
  if (!hf_log_line(l, pos->at, l->line_max, &end)) return 0 ;
  if (f->nrules || !f->start) pos->chosen = hf_log_chosen(l, f, pos->at, l->s + pos->at, end - pos->at) ;
  return 1 ;
}

/* Copies s up to and including its first newline: the number of bytes, or 0 if there is none
   in n. May write what follows it, too: out has room for n bytes and 16 more. */
static inline size_t copy_line (char *out, char const *s, size_t n)
{
  size_t i = 0 ;
#ifdef __SSE2__
  __m128i const nl = _mm_set1_epi8('\n') ;
  for (; i + 16 <= n ; i += 16)
  {
    __m128i const v = _mm_loadu_si128((__m128i const *)(s + i)) ;
    unsigned int m = _mm_movemask_epi8(_mm_cmpeq_epi8(v, nl)) ;
    _mm_storeu_si128((__m128i *)(out + i), v) ;
    if (m) return i + __builtin_ctz(m) + 1 ;
  }
  for (; i < n ; i++) if ((out[i] = s[i]) == '\n') return i + 1 ;
  return 0 ;
#else
  char const *e = n ? memchr(s, '\n', n) : 0 ;
  if (!e) return 0 ;
  i = e + 1 - s ;
  memcpy(out, s, i) ;
  return i ;
#endif
}

static inline void copy_head (char *out, char const *h, size_t n)
{
  if (n <= 32) memcpy(out, h, 32) ; /* two moves; both sides have the room */
  else memcpy(out, h, n) ;
}

/* The common case, for speed: every line is taken, with something before it. Whole lines
   only; the rest is left to the general loop. */
static int fast (hf_log *l, hf_logform const *f, work *w, size_t soft)
{
  char h[HF_LOG_STAMP + HF_LOG_PREFIX + 32] ;
  size_t hn = head(l, f, w->pos.at, h) ;
  size_t at = w->pos.at, n = w->n ;
  int ended = 0 ;
  memset(h + hn, 0, 32) ;
  while (at < l->len && n + hn + 64 < w->room)
  {
    size_t most = w->room - n - hn - 32 ;
    size_t k ;
    copy_head(w->out + n, h, hn) ; /* first: it may spill into the place of the line */
    k = copy_line(w->out + n + hn, l->s + at, most < l->len - at ? most : l->len - at) ;
    if (!k) break ;
    n += hn + k ;
    at += k ;
    if (n >= soft) { ended = 1 ; break ; }
  }
  w->pos.at = at ;
  w->n = n ;
  return ended ;
}

size_t hf_log_render (hf_log *l, hf_logform const *f, hf_logpos *pos, char *out, size_t room, size_t soft, int *ended)
{
  work w = { .out = out, .n = 0, .room = room, .pos = *pos } ;
  *ended = 0 ;
  while (w.pos.at < l->len && w.n < room)
  {
    size_t end ;
    if (!w.pos.mid && !w.pos.skip)
    {
      if (!f->whole && !f->json && w.pos.at >= l->old && (*ended = fast(l, f, &w, soft))) break ;
      if (w.pos.at >= l->len || w.n >= room || !decide(l, f, &w.pos)) break ;
    }
    end = hf_log_newline(l->s, w.pos.at, l->len) ;
    if (w.pos.chosen != HF_LOG_CHOSEN)
    {
      w.pos.mid = end == l->len ;
      w.pos.at = end + (end < l->len) ;
      continue ;
    }
    if (!(f->json ? unit_json(l, f, &w, end, end < l->len) : unit_plain(l, f, &w, end, end < l->len))) break ;
    if (!w.pos.mid && w.n >= soft) { *ended = 1 ; break ; }
  }
  *pos = w.pos ;
  return w.n ;
}
