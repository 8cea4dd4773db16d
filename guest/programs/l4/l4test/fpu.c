/* SPDX-License-Identifier: MIT
 *
 * The floating-point registers are each thread's own: two threads load different images (FRSTOR), and each must find
 * its own again (FNSAVE) after the other has run.
 */
#include <stddef.h>

#include "exceptions.h"

enum { REGISTER_BYTES = 80, MY_CONTROL_WORD = 0x0f7f, OTHER_CONTROL_WORD = 0x037f, MY_PATTERN = 3 };

struct fpu_image {
	unsigned control_word, status_word, tag_word, pointers[4];
	unsigned char registers[REGISTER_BYTES];
};

static volatile unsigned others_turns, seen_by_other;

/* Eight normal numbers, told apart by the seed: the exponents are those of numbers between 1 and 2. */
static struct fpu_image make_image(unsigned control_word, unsigned seed)
{
	struct fpu_image image = {.control_word = control_word};
	for (unsigned i = 0; i < REGISTER_BYTES; i++) {
		image.registers[i] = (unsigned char)(seed * (i + 1));
	}
	for (unsigned i = 0; i < REGISTER_BYTES; i += 10) {
		image.registers[i + 7] |= 0x80;
		image.registers[i + 8] = 0xff;
		image.registers[i + 9] = 0x3f;
	}
	return image;
}

static void load(const struct fpu_image *image)
{
	__asm__ volatile("frstor %0" : : "m"(*image));
}

static struct fpu_image save(void)
{
	struct fpu_image image;
	__asm__ volatile("fnsave %0\n\tfwait" : "=m"(image));
	return image;
}

/* Looks first at what a thread finds that has never computed: the last owner's registers would be a leak. */
static void disturb(void)
{
	struct fpu_image first = save();
	for (unsigned i = 0; i < REGISTER_BYTES; i++) {
		seen_by_other += first.registers[i] != 0;
	}
	for (unsigned seed = 5;; seed++) {
		struct fpu_image image = make_image(OTHER_CONTROL_WORD, seed);
		load(&image);
		others_turns++;
	}
}

static const unsigned short all_unmasked = 0x0300;

/* x87 exceptions are the thread's own (CR0.NE): at the next floating-point instruction. */
static void check_exceptions_of_fpu(void)
{
	catch_exceptions();
	PROVOKE("fninit\n\tfldcw %0\n\tfld1\n\tfldz\n\tfdivrp %%st, %%st(1)\n\tfwait", "m"(all_unmasked));
	check_equal("a floating-point error comes to the handler", exception_vector, WITHOUT_CODE);
	__asm__ volatile("fninit");
	l4_load_idt(NULL);
}

void check_fpu(void)
{
	struct fpu_image mine = make_image(MY_CONTROL_WORD, MY_PATTERN);
	load(&mine);
	struct l4_threadid other = start_thread(PARTNER, disturb);
	l4_thread_switch(other);
	let_others_run();
	struct fpu_image now = save();
	unsigned different = 0;
	for (unsigned i = 0; i < REGISTER_BYTES; i++) {
		different += now.registers[i] != mine.registers[i];
	}
	check("another thread computes meanwhile", others_turns > 0);
	check_equal("it found nothing of this one's registers", seen_by_other, 0);
	check_equal("the floating-point registers survive a switch", different, 0);
	check_equal("and so does the control word", now.control_word & 0xffff, MY_CONTROL_WORD);
	stop_thread(PARTNER);
	check_exceptions_of_fpu();
}
