# SPDX-License-Identifier: GPL-2.0-or-later
# `make help` lists what can be made. Build output goes to $(BUILD).

VERSION := 1.0
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
CC      ?= cc
CFLAGS  ?= -O2 -g
# Without a terminal nothing can be asked: what is answered stands in the command that make shows.
ANSWERS ?= $(shell test -t 0 || echo tests/fixtures/answers/all-yes)
STORE   ?=
FULL    ?=
SUITE   ?=

# tests/lib.sh and tests/unit/unit.h read it.
export STORE

PROGRAM := $(BUILD)/galera-selinux
LIBS    := libsemanage libselinux auparse audit popt libedit jansson libsystemd libarchive libseccomp
# Only the static libsepol judges by a policy that we have open (sepol_set_policydb). libsemanage has the shared one:
# neither is to see the names of the other.
SEPOL   := -l:libsepol.a -Wl,--exclude-libs,libsepol.a
WARN    := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wno-missing-field-initializers

# What makes it harder to take the program over by a fault of its own, and CET where the processor has it;
# tests/build/hardening.test looks for each. Level 3 of fortify where compiler and libc have it. Asked of the
# compiler once, when it is first to compile: on a fresh machine it is installed by then, and not before.
X86        = $(eval X86 := $$(filter x86_64% i%86%,$$(shell $$(CC) -dumpmachine)))$(X86)
FORTIFY    = $(eval FORTIFY := $$(shell echo '\#include <stdio.h>' | \
               $$(CC) -O2 -Werror -D_FORTIFY_SOURCE=3 -E - >/dev/null 2>&1 && echo 3 || echo 2))$(FORTIFY)
HARDEN     = -fPIE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(FORTIFY) -fstack-protector-strong -fstack-clash-protection \
             $(if $(X86),-fcf-protection)
# libsepol.a is not marked for a shadow stack everywhere; it does nothing with its stack that one would mind.
HARDEN_LD  = -pie -z relro -z now -z noexecstack -z text $(if $(X86),-z shstk)

# libauparse and libaudit have pkg-config files; popt has one everywhere that we build.
PKG_CFLAGS = $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(LIBS) 2>/dev/null) $(SEPOL)
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -I. -I$(BUILD) $(WARN) $(PKG_CFLAGS) $(HARDEN) $(CFLAGS) \
             -DPROGRAM_VERSION='"$(VERSION)"' -MMD -MP

ROOMS       := audit store oracle advice module host galera
BASE_SRC    := $(addprefix wizard/,apart.c error.c process.c strings.c text.c trust.c util.c)
WIZARD_SRC  := $(wildcard wizard/*.c)
# Parts of steps; the rooms above know no step.
PARTS       := commands cluster node checking labelling confining exercising rehearsal reporting
STEP_SRC    := $(wildcard steps/*.c $(PARTS:%=steps/%/*.c))
ROOM_SRC    := $(foreach room,$(ROOMS),$(wildcard steps/$(room)/*.c))
TEMPLATES   := $(filter-out templates/ansible templates/packages,$(sort $(wildcard templates/*)))
SRC         := $(WIZARD_SRC) $(STEP_SRC) $(ROOM_SRC)
OBJ         := $(SRC:%.c=$(BUILD)/%.o) $(BUILD)/templates.o
UNIT_SRC    := $(wildcard tests/unit/*/*.c)
UNIT        := $(UNIT_SRC:%.c=$(BUILD)/%)
# The longest first: they run side by side.
SCRIPTS     := $(wildcard tests/vm/*.test) $(filter-out tests/vm/% tests/packages/% tests/report/% tests/ansible/%,$(sort $(wildcard tests/*/*.test)))

all: $(PROGRAM)

help:
	@echo 'make            build $(PROGRAM)'
	@echo 'make rehearse   build, then the whole wizard on a scratch copy of the policy store'
	@echo '                (ANSWERS=FILE answers its questions beforehand)'
	@echo 'make check      build, then all tests'
	@echo '                (STORE=ROOT, for both: the policy store below ROOT, not the one of this host)'
	@echo 'make check-unit the unit tests alone'
	@echo 'make check-asan all tests, built with address and undefined-behaviour sanitizers'
	@echo 'make check-valgrind  the unit tests under valgrind'
	@echo 'make coverage   the lines of each room that the tests run (takes its time)'
	@echo 'make fuzz       hostile bytes for each reader, for SECONDS=$(SECONDS) in all (clang)'
	@echo 'make hardening-check  is the program built with each defence that the compiler has?'
	@echo 'make check-vm   the wizard on a real SELinux kernel, in a virtual machine (root, qemu)'
	@echo '                (FULL=1: wrong causes, power cuts, a person at a terminal, too)'
	@echo 'make record     record the cluster of tests/fixtures anew, in that machine'
	@echo 'make bench      time and memory, beside what an operator would use'
	@echo 'make lint       rules of the house, clang-tidy, man page'
	@echo 'make format     clang-format over the sources'
	@echo 'make deps       install what building and testing need (apt or dnf)'
	@echo 'make install    into DESTDIR and PREFIX ($(PREFIX)); make uninstall takes it back'
	@echo 'make dist       a tarball of the sources, the same bytes from the same commit'
	@echo 'make check-ansible   the Ansible collection, on three scratch roots (ansible-core)'
	@echo 'make check-packages  both packages, built, checked, installed, removed'
	@echo 'make check-report  the report in a browser: screenshots, accessibility (chromium, npm)'
	@echo 'make deb rpm    packages of it (dpkg-buildpackage, rpmbuild)'
	@echo 'make clean      remove $(BUILD)'

# ---- build ----------------------------------------------------------------------------------

$(PROGRAM): $(OBJ)
	@echo "  LD  $@"; $(CC) $(CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/%.o: %.c Makefile | $(BUILD)/deps-build
	@mkdir -p $(@D)
	@echo "  CC  $<"; $(CC) $(ALL_CFLAGS) -c -o $@ $<

# The texts of templates/, as one C array each: template_NAME.
$(BUILD)/templates.c: $(TEMPLATES) templates/embed
	@mkdir -p $(@D)
	@templates/embed $(filter-out templates/embed,$(TEMPLATES)) > $@.new
	@mv $@.new $@

$(BUILD)/templates.o: $(BUILD)/templates.c
	@echo "  CC  $<"; $(CC) $(ALL_CFLAGS) -c -o $@ $<

# ---- what is needed -------------------------------------------------------------------------

# deps-build, deps-check, deps-lint: for what it is needed.
$(BUILD)/deps-%: tests/deps
	@mkdir -p $(BUILD)
	BUILD=$(BUILD) tests/deps $*
	@[ $* = lint ] || $(MAKE) --no-print-directory versions
	@touch $@

# Older ones lack what we ask for: libsepol 2.9 (EL 8) does not say why it denies an access.
OLDEST := libsepol=3.4 libselinux=3.4 libsemanage=3.4 audit=3.0
versions:
	@for oldest in $(OLDEST); do \
		library=$${oldest%=*}; needed=$${oldest#*=}; \
		pkg-config --atleast-version=$$needed $$library && continue; \
		echo "$$library $$(pkg-config --modversion $$library) is too old: $$needed or newer is needed, as Debian 12, EL 9 and Fedora have it" >&2; \
		exit 1; \
	done

deps:
	BUILD=$(BUILD) tests/deps --install

# ---- unit tests: tests/unit/ROOM/NAME.c, linked with its room and the base ------------------
# cmocka gives each test a state, which few of them need.

define unit_rule
$(BUILD)/tests/unit/$(1)/%: tests/unit/$(1)/%.c $(2) | $(BUILD)/deps-check
	@mkdir -p $$(@D)
	@echo "  LD  $$@"; $$(CC) $$(ALL_CFLAGS) -Wno-unused-parameter $$(HARDEN_LD) $$(LDFLAGS) -o $$@ $$(filter %.c %.o,$$^) $$(PKG_LIBS) -lcmocka
endef
BASE_OBJ := $(BASE_SRC:%.c=$(BUILD)/%.o)
ROOM_OBJ := $(ROOM_SRC:%.c=$(BUILD)/%.o)
$(eval $(call unit_rule,wizard,$(WIZARD_SRC:%.c=$(BUILD)/%.o)))
$(foreach room,audit host galera,$(eval $(call unit_rule,$(room),\
  $(patsubst %.c,$(BUILD)/%.o,$(wildcard steps/$(room)/*.c)) $(BASE_OBJ))))
$(foreach room,store oracle advice module,$(eval $(call unit_rule,$(room),$(ROOM_OBJ) $(BASE_OBJ))))
$(eval $(call unit_rule,steps,$(filter-out $(BUILD)/steps/main.o,$(OBJ))))

# Preloaded into the program by tests/faults/; the sanitizers' libraries would want to come first.
PRELOAD := $(BUILD)/tests/faults/preload.so
$(PRELOAD): tests/faults/preload.c | $(BUILD)/deps-check
	@mkdir -p $(@D)
	@echo "  LD  $@"; $(CC) $(filter-out -fsanitize% -fno-sanitize% --coverage,$(ALL_CFLAGS)) -fPIC -shared -o $@ $<

# Writes recorded logs while the program watches them.
PLAY := $(BUILD)/tests/play
$(PLAY): tests/play.c $(patsubst %,$(BUILD)/steps/%.o,rehearsal/player galera/wsrep_messages) $(BASE_OBJ) | $(BUILD)/deps-check
	@mkdir -p $(@D)
	@echo "  LD  $@"; $(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ $(filter %.c %.o,$^) $(PKG_LIBS)

# Measured beside what an operator would use; fails on nothing.
BENCH := generate measure replay scan
$(BUILD)/tests/bench/scan: $(patsubst %.c,$(BUILD)/%.o,$(wildcard steps/audit/*.c)) $(BASE_OBJ)
$(BUILD)/tests/bench/replay: $(ROOM_OBJ) $(BASE_OBJ)
$(BUILD)/tests/bench/%: tests/bench/%.c | $(BUILD)/deps-check
	@mkdir -p $(@D)
	@echo "  LD  $@"; $(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ $(filter %.c %.o,$^) $(PKG_LIBS)

bench: $(PROGRAM) $(BENCH:%=$(BUILD)/tests/bench/%)
	BUILD=$(BUILD) tests/bench/run

# ---- fuzzing: tests/fuzz/NAME.c, by clang's libFuzzer, where that is there ---------------------

# What make check gives to all of them together. Warnings are the other compiler's business.
SECONDS     ?= 60
FUZZ        := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/*.c))
FUZZ_CFLAGS := -O2 -g -w -DUNHELD -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

# Each takes what it needs, so that one can have a file's own copy in it.
$(BUILD)/program.a: $(filter-out $(BUILD)/steps/main.o,$(OBJ))
	@rm -f $@; ar rcs $@ $^

$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(BUILD)/program.a
	@mkdir -p $(@D)
	@echo "  LD  $@"; $(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(BUILD)/program.a $(PKG_LIBS)

fuzz-targets: $(FUZZ)

fuzz-build: | $(BUILD)/deps-check
	@! tests/fuzz/all.test --possible || $(MAKE) --no-print-directory BUILD=build/fuzz CC=clang CFLAGS='$(FUZZ_CFLAGS)' HARDEN= HARDEN_LD= fuzz-targets

fuzz: fuzz-build
	FUZZ_SECONDS=$(SECONDS) tests/fuzz/all.test

# ---- tests --------------------------------------------------------------------------------------

check: $(PROGRAM) $(UNIT) $(PRELOAD) $(PLAY) fuzz-build
	tests/run $(SCRIPTS) $(UNIT)

check-unit: $(UNIT)
	tests/run $(UNIT)

SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
check-asan:
	ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1 \
	LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0 \
	$(MAKE) BUILD=$(BUILD)/asan CFLAGS='$(SANITIZE) -DUNHELD' HARDEN= HARDEN_LD= check

check-valgrind:
	TEST_TIMEOUT=7200 WRAP='valgrind -q --suppressions=tests/valgrind.supp --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite' \
	$(MAKE) BUILD=$(BUILD)/unheld CFLAGS='$(CFLAGS) -DUNHELD' check-unit

# The lines that the tests run, by room; what a virtual machine runs is not among them.
coverage:
	$(MAKE) BUILD=$(BUILD)/coverage CFLAGS='-O0 -g -DUNHELD --coverage -fprofile-update=atomic' HARDEN= HARDEN_LD= coverage-run

# Some tests start the program as an ordinary user, who counts, too.
coverage-run: $(PROGRAM) $(UNIT) $(PRELOAD) $(PLAY)
	find $(BUILD) -name '*.gcda' -delete
	find $(BUILD) -type d -exec chmod a+rwx {} +
	-tests/run $(UNIT) $(filter tests/transcripts/% tests/faults/%,$(SCRIPTS))
	tests/coverage $(BUILD)

hardening-check: $(PROGRAM)
	tests/run tests/build/hardening.test

# One after the other: they build in one place.
check-packages: $(PROGRAM)
	tests/packages/deps dpkg-buildpackage g++ dh fakeroot rpmbuild xz lintian rpmlint
	JOBS=1 tests/run $(wildcard tests/packages/*.test)

# In a browser, at three widths; screenshots in $(BUILD)/report.
check-report: $(PROGRAM)
	@mkdir -p $(BUILD)/report
	BUILD=$(BUILD) tests/report/deps
	tests/run tests/report/page.test

# It takes some minutes, nearly all of them Ansible's.
check-ansible: $(PROGRAM) $(PLAY)
	tests/ansible/deps
	tests/run $(wildcard tests/ansible/*.test)

# One machine at a time. FULL=1: all that is in tests/vm; else the wizard's whole run. SUITE: skipped
# where the host is another Debian.
check-vm: $(PROGRAM)
	BUILD=$(BUILD) FULL=$(FULL) SUITE=$(SUITE) tests/vm/check

record: $(PROGRAM)
	BUILD=$(BUILD) SUITE=$(SUITE) tests/vm/record

# ---- the main job ---------------------------------------------------------------------------

rehearse: $(PROGRAM)
	$(PROGRAM) rehearse $(if $(STORE),--store $(STORE)) \
		$(if $(ANSWERS),--answers $(ANSWERS) $(if $(STORE),--answer verify.back=review))

-include $(shell find $(BUILD) -name '*.d' -type f $(patsubst %,-not -path '$(BUILD)/%/*',asan coverage deb fuzz rpm unheld) 2>/dev/null)

# ---- rules of the house -----------------------------------------------------------------------

lint: | $(BUILD)/deps-lint
	tests/lint

format:
	clang-format -i $(SRC) $(wildcard wizard/*.h steps/*.h steps/*/*.h) $(UNIT_SRC) $(wildcard tests/unit/*.h tests/unit/*/*.h)

# ---- installation -----------------------------------------------------------------------------

SBINDIR  := $(PREFIX)/sbin
SHAREDIR := $(PREFIX)/share
DOCDIR   := $(SHAREDIR)/doc/galera-selinux
UNITDIR  := $(PREFIX)/lib/systemd/system
TMPFILES := $(PREFIX)/lib/tmpfiles.d/galera-selinux.conf
CLUSTER  := tests/fixtures/clusters/debian13-mariadb11.8
# Of the recording, what a rehearsal plays: two phases of one node.
PLAYED   := $(CLUSTER)/recording.json $(CLUSTER)/my.cnf $(wildcard $(foreach phase,permissive enforcing,\
              $(foreach exercise,sst ist notify,$(CLUSTER)/$(phase)/$(exercise)/*.log)))
COMPLETE := bash-completion/completions/galera-selinux zsh/site-functions/_galera-selinux \
            fish/vendor_completions.d/galera-selinux.fish
CHECK    := galera-selinux-check.service galera-selinux-check.timer
# Where Ansible looks for collections, with PREFIX=/usr.
COLLECTION := $(SHAREDIR)/ansible/collections/ansible_collections/galera/selinux
COLLECTED  := $(shell find templates/ansible -type f)

install: $(PROGRAM)
	install -D -m 0755 $(PROGRAM) $(DESTDIR)$(SBINDIR)/galera-selinux
	install -D -m 0644 -t $(DESTDIR)$(SHAREDIR)/man/man8 galera-selinux.8
	install -D -m 0644 -t $(DESTDIR)$(SHAREDIR)/man/man5 galera-selinux-answers.5 galera-selinux-evidence.5
	install -D -m 0644 -t $(DESTDIR)$(DOCDIR) README.md CHANGELOG.md templates/answers.example
	for file in $(COMPLETE); do install -D -m 0644 templates/galera-selinux.$${file%%[-/]*} $(DESTDIR)$(SHAREDIR)/$$file || exit 1; done
	for file in $(PLAYED); do \
		install -D -m 0644 $$file $(DESTDIR)$(SHAREDIR)/galera-selinux/cluster/$${file#$(CLUSTER)/} || exit 1; \
	done
	for file in $(COLLECTED); do \
		install -D -m 0644 $$file $(DESTDIR)$(COLLECTION)/$${file#templates/ansible/} || exit 1; \
	done
	install -D -m 0644 -t $(DESTDIR)$(UNITDIR) $(CHECK:%=templates/packages/%)
	install -D -m 0644 templates/packages/galera-selinux.tmpfiles $(DESTDIR)$(TMPFILES)
	sed -i 's|@program@|$(SBINDIR)/galera-selinux|' $(DESTDIR)$(UNITDIR)/galera-selinux-check.service

uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/galera-selinux $(DESTDIR)$(SHAREDIR)/man/man8/galera-selinux.8 \
		$(DESTDIR)$(SHAREDIR)/man/man5/galera-selinux-answers.5 $(DESTDIR)$(SHAREDIR)/man/man5/galera-selinux-evidence.5 \
		$(COMPLETE:%=$(DESTDIR)$(SHAREDIR)/%) $(CHECK:%=$(DESTDIR)$(UNITDIR)/%) $(DESTDIR)$(TMPFILES)
	rm -rf $(DESTDIR)$(SHAREDIR)/galera-selinux $(DESTDIR)$(DOCDIR) $(DESTDIR)$(COLLECTION)
	-rmdir $(DESTDIR)$(dir $(COLLECTION)) 2>/dev/null

# ---- packages: each builds from the tarball, into $(BUILD) --------------------------------------

TARBALL := $(BUILD)/galera-selinux-$(VERSION).tar.xz
# The same bytes from the same commit, whoever makes it.
dist:
	@mkdir -p $(BUILD)
	@tests/packages/deps xz
	git ls-files -z | tar --null -T - --sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw,a-s \
		--mtime=@$$(git log -1 --format=%ct) --transform='s|^|galera-selinux-$(VERSION)/|S' -c | xz -T 1 >$(TARBALL)

deb: dist | $(BUILD)/deps-build
	@tests/packages/deps dpkg-buildpackage g++ dh fakeroot
	rm -rf $(BUILD)/deb && mkdir -p $(BUILD)/deb
	cp $(TARBALL) $(BUILD)/deb/galera-selinux_$(VERSION).orig.tar.xz
	tar -C $(BUILD)/deb -xf $(TARBALL)
	cp -r templates/packages/debian $(BUILD)/deb/galera-selinux-$(VERSION)/debian
	cd $(BUILD)/deb/galera-selinux-$(VERSION) && dpkg-buildpackage -us -uc

rpm: dist | $(BUILD)/deps-build
	@tests/packages/deps rpmbuild
	rm -rf $(BUILD)/rpm && mkdir -p $(BUILD)/rpm/SOURCES
	cp $(TARBALL) $(BUILD)/rpm/SOURCES/
	@# Elsewhere than on its own systems rpm knows of no package that is there.
	rpmbuild $$(rpm -q rpm >/dev/null 2>&1 || echo --nodeps) --define '_topdir $(abspath $(BUILD)/rpm)' -ba templates/packages/galera-selinux.spec

clean:
	rm -rf $(BUILD)

.PHONY: all help deps bench check check-unit check-asan check-valgrind check-packages check-ansible check-report check-vm coverage coverage-run fuzz fuzz-build fuzz-targets hardening-check record rehearse clean lint format install uninstall versions dist deb rpm
# Made on the way to others, and needed again.
.PRECIOUS: $(BUILD)/deps-%
.DELETE_ON_ERROR:
