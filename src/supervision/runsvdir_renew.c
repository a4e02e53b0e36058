/* ISC license. */

/* A service directory that was removed or moved away and made anew under the same name. */

#include <holdfast/message.h>
#include "runsvdir.h"

/* The old runsv stops its service; when both are gone the new directory is started. */
void renew_entry (struct tree *t, uint32_t i, dev_t dev, ino_t ino)
{
  struct entry *e = t->t.e + i ;
  table_set_id(&t->t, i, dev, ino) ;
  if (!e->pid && !(e->flags & FLAG_HELD)) return ;
  e->flags |= FLAG_LEAVING | FLAG_AGAIN ;
  line_take(&t->t, i) ;
  stop_tell(t, i) ;
}
