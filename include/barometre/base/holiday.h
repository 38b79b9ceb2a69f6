/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holiday.h - the public holidays of France, when nobody wants to be written to.
 *
 * Source: Code du travail, article L3133-1: 1 January, Easter Monday, 1 May, 8 May, Ascension Day (39 days after Easter), Whit
 * Monday (50 days after), 14 July, 15 August, 1 November, 11 November, 25 December. Not the local ones: Good Friday and 26
 * December of Alsace and Moselle, the days of the overseas territories (article L3422-2).
 * Easter Sunday: the anonymous Gregorian computus (Nature, 20 April 1876; J. Meeus, Astronomical Algorithms, 1991, chapter 8).
 * Good for every year of the Gregorian calendar.
 */
#ifndef BAROMETRE_BASE_HOLIDAY_H
#define BAROMETRE_BASE_HOLIDAY_H

#include <stdint.h>

#include "barometre/base/mem.h"

/* As a day number (base/clock.h). */
int64_t easter_sunday(int year);
/* A day that exists. */
bool holiday_is_french(int year, int month, int day);

#endif
