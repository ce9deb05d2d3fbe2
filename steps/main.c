/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <malloc.h>

#include "steps/steps.h"

int main(int argc, char **argv)
{
	/* The policy's compiler frees large arrays among millions of small pieces, and at each of
	 * them glibc goes through all small ones that it keeps at hand: a fifth of the compilation.
	 */
	mallopt(M_MXFAST, 0);
	return wizard_main(argc, argv, &workflow);
}
