# Generic: adding a program needs no line here. A program PROG of a family FAM is
# src/FAM/PROG.c and src/FAM/deps-exe/PROG, whose words are further objects of the same
# directory (x.o) or libraries (-lx); libholdfast and skalibs are always linked.
# Everything built goes to the build directory: build/, or where configure was run.

build ?= build
CONF := $(build)/config.mak
ifeq (,$(wildcard $(CONF)))
ifeq (,$(filter clean distclean,$(MAKECMDGOALS)))
$(error run ./configure first)
endif
srcdir := .
else
include $(CONF)
endif

FAMILIES := supervision control logging chain compat
LIB := $(build)/libholdfast.a
LIB_OBJS := $(patsubst $(srcdir)/src/%.c,$(build)/%.o,$(wildcard $(srcdir)/src/libholdfast/*.c))
DEPS_EXE := $(foreach f,$(FAMILIES),$(wildcard $(srcdir)/src/$(f)/deps-exe/*))
PROGS := $(notdir $(DEPS_EXE))
BINS := $(addprefix $(build)/bin/,$(PROGS))
UNITS := $(patsubst $(srcdir)/tests/unit/%.c,$(build)/tests/%,$(wildcard $(srcdir)/tests/unit/*.c))
HELPERS := $(patsubst $(srcdir)/tests/helpers/%.c,$(build)/helpers/%,$(wildcard $(srcdir)/tests/helpers/*.c))
MANS := $(wildcard $(srcdir)/doc/man/*.[1-9])
SCRIPTS := $(foreach f,$(FAMILIES),$(wildcard $(srcdir)/src/$(f)/scripts/*))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all lib progs tests check install install-bin install-man install-dev clean distclean

all: lib progs
lib: $(LIB)
progs: $(BINS)
tests: all $(UNITS) $(HELPERS)

$(build)/%.o: $(srcdir)/src/%.c $(build)/config.h $(CONF)
	@mkdir -p $(dir $@)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJS)
	@rm -f $@
	$(AR) rcs $@ $(LIB_OBJS)

# One rule per program: its own object, the objects named in its dependency file, the library.
define program
$(build)/bin/$(notdir $(1)): $(build)/$(2)/$(notdir $(1)).o \
  $(addprefix $(build)/$(2)/,$(filter %.o,$(shell cat $(1)))) $(LIB) $(1)
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) -o $$@ $$(filter %.o,$$^) $$(LIB) $$(LDFLAGS) -lskarnet $(filter -l%,$(shell cat $(1)))
endef
$(foreach d,$(DEPS_EXE),$(eval $(call program,$(d),$(notdir $(patsubst %/,%,$(dir $(patsubst %/,%,$(dir $(d)))))))))

$(build)/tests/%: $(srcdir)/tests/unit/%.c $(LIB) $(wildcard $(srcdir)/tests/unit/*.h)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -I$(srcdir)/src -MMD -MP -o $@ $< $(LIB) $(LDFLAGS) -lskarnet

$(build)/helpers/%: $(srcdir)/tests/helpers/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(LIB) $(LDFLAGS) -lskarnet

check: tests
	@BUILD=$(abspath $(build)) sh $(srcdir)/tests/run

install: install-bin install-man
install-bin: progs
	@mkdir -p "$(DESTDIR)$(bindir)"
	@for p in $(BINS) $(SCRIPTS) ; do \
	  n=$${p##*/} ; t="$(DESTDIR)$(bindir)/$$n" ; \
	  cp "$$p" "$$t.new$$$$" && chmod 0755 "$$t.new$$$$" && mv "$$t.new$$$$" "$$t" || exit 1 ; \
	done
install-man:
	@for m in $(MANS) ; do \
	  d="$(DESTDIR)$(mandir)/man$${m##*.}" ; mkdir -p "$$d" && cp "$$m" "$$d/" || exit 1 ; \
	done
install-dev: lib
	@mkdir -p "$(DESTDIR)$(libdir)" "$(DESTDIR)$(includedir)/holdfast"
	@cp $(LIB) "$(DESTDIR)$(libdir)/" && cp $(srcdir)/src/include/holdfast/*.h "$(DESTDIR)$(includedir)/holdfast/"

clean:
	rm -rf $(build)/bin $(build)/tests $(build)/helpers $(build)/libholdfast.a $(foreach f,libholdfast $(FAMILIES),$(build)/$(f))
distclean:
	rm -rf $(build)

-include $(wildcard $(build)/*/*.d)
