/* ISC license. */

/* nothing [prog...]: the smallest link there can be: runs the rest of its command line, or
   exits 0. What others cost is measured against it. Under a name that ends in a digit it
   passes over so many words first: they too cost something. */

#include <string.h>
#include <unistd.h>

extern char **environ ;

int main (int argc, char **argv)
{
  int c = argv[0][strlen(argv[0]) - 1] ;
  int i = c >= '0' && c <= '9' ? 1 + c - '0' : 1 ;
  if (i >= argc) return 0 ;
  execve(argv[i], argv + i, environ) ;
  return 111 ;
}
