/* ISC license. */

/* What the files of the service directory say, read before each start. */

#include <stdint.h>

#include <holdfast/message.h>
#include "runsv.h"

static slot *reading ;
static uint32_t bad_now ;     /* a bit for each file that was bad in this reading */

/* Said once, and again only after the file was right in between. */
static void policy_complaint (enum hf_entry which, char const *problem)
{
  uint32_t bit = (uint32_t)1 << which ;
  bad_now |= bit ;
  if (!(reading->policy_bad & bit)) hf_warn("ignoring ", reading->label, hf_entry_name[which], ": ", problem) ;
}

/* What is asked several times in one turn is looked for once. */
static void look (slot *s)
{
  if (s->looked != R.turn) hf_entries_look(&s->entries, s->dir) ;
  s->looked = R.turn ;
}

int has_entry (slot *s, enum hf_entry which)
{
  look(s) ;
  return hf_entries_has(&s->entries, which) ;
}

/* Once in a turn; and not at all where there was no policy file and is none. */
void read_policy (slot *s)
{
  int none ;
  look(s) ;
  none = !(s->entries.has & HF_ENTRIES_POLICY) ;
  if (s->policy_read == R.turn || (none && s->policy_none)) return ;
  s->policy_read = R.turn ;
  s->policy_none = none ;
  reading = s ;
  bad_now = 0 ;
  hf_policy_read(&s->policy, s->dir, s->entries.has, R.s6default, &policy_complaint) ;
  s->policy_bad = bad_now ;
  s->policy.daemontools = (uint8_t)R.daemontools ;
}
