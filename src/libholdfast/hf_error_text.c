/* ISC license. */

#include <errno.h>
#include <string.h>

#include <holdfast/message.h>

static struct { int e ; char const *text ; } const table[] =
{
  { ENOENT, "file does not exist" },
  { EACCES, "access denied" },
  { EPERM, "permission denied" },
  { EAGAIN, "temporary failure" },
  { ENOTDIR, "not a directory" },
  { EISDIR, "is a directory" },
  { EEXIST, "file already exists" },
  { ENXIO, "device not configured" },
  { ENOSPC, "out of disk space" },
  { EROFS, "read-only file system" },
  { EIO, "input/output error" },
  { EPIPE, "broken pipe" },
  { ENOMEM, "out of memory" },
  { EINTR, "interrupted system call" },
  { EBADF, "file descriptor not open" },
  { EINVAL, "invalid argument" },
  { EMFILE, "process cannot open more files" },
  { ENFILE, "system cannot open more files" },
  { E2BIG, "argument list too long" },
  { ENOEXEC, "exec format error" },
  { ETXTBSY, "text busy" },
  { ELOOP, "symbolic link loop" },
  { ENAMETOOLONG, "file name too long" },
  { EBUSY, "device busy" },
  { ESRCH, "no such process" },
  { ECHILD, "no child processes" },
  { EDQUOT, "disk quota exceeded" },
  { ENOTEMPTY, "directory not empty" },
  { ECONNREFUSED, "connection refused" },
  { ETIMEDOUT, "timed out" },
} ;

char const *hf_error_text (int e)
{
  for (unsigned int i = 0 ; i < sizeof(table) / sizeof(table[0]) ; i++)
    if (table[i].e == e) return table[i].text ;
  return strerror(e) ;
}
