/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/steps.h"
#include "wizard/wizard.h"

int main(int argc, char **argv)
{
	return wizard_main(argc, argv, &workflow);
}
