/* SPDX-License-Identifier: MIT
 * The disk: drive 0 of the primary ATA channel, read by programmed input (ATA/ATAPI-4, chapters 7 to 9). The process
 * that reads waits; the top half moves the words, because the drive goes on only when its buffer is empty.
 */
#include "disk.h"
#include "abi.h"
#include "arch.h"
#include "ia32.h"
#include "interrupt.h"
#include "printk.h"
#include "process.h"

#define ATA_IRQ 14

#define DATA 0x1F0
#define SECTOR_COUNT 0x1F2
#define LBA_LOW 0x1F3
#define LBA_MID 0x1F4
#define LBA_HIGH 0x1F5
#define DEVICE 0x1F6
#define STATUS 0x1F7  /* COMMAND when written */
#define CONTROL 0x3F6 /* alternate status when read */

#define STATUS_ERR 0x01
#define STATUS_DRQ 0x08
#define STATUS_DF 0x20
#define STATUS_DRDY 0x40
#define STATUS_BSY 0x80
#define NO_DEVICE 0xFF
#define DEVICE_LBA 0xE0 /* with the two bits that older drives want */
#define CONTROL_NIEN 0x02

#define COMMAND_READ_SECTORS 0x20
#define COMMAND_READ_MULTIPLE 0xC4
#define COMMAND_SET_MULTIPLE 0xC6
#define COMMAND_IDENTIFY 0xEC

#define WORD_CAPABILITIES 49
#define WORD_SECTORS 60
#define CAPABILITY_LBA 0x0200
#define PATIENCE 1000000u /* looks at the status, at the start */

void disk_bottom_half(void);

static unsigned sectors;
static unsigned char read_command = COMMAND_READ_SECTORS;
static unsigned sectors_per_interrupt = 1;

/* The transfer under way. */
static char *target;
static unsigned sectors_left;
static bool is_done, has_failed;
static struct wait_queue reader;

static void take(void *to, unsigned dwords)
{
	__asm__ volatile("rep insl" : "+D"(to), "+c"(dwords) : "d"(DATA) : "memory");
}

static void top_half(void)
{
	unsigned char status = in8(STATUS); /* which ends the interrupt */

	if (is_done || (status & STATUS_BSY)) {
		return;
	}
	if ((status & (STATUS_ERR | STATUS_DF)) || !(status & STATUS_DRQ)) {
		has_failed = is_done = true;
	} else {
		unsigned count = sectors_left < sectors_per_interrupt ? sectors_left : sectors_per_interrupt;
		take(target, count * SECTOR_SIZE / 4);
		target += count * SECTOR_SIZE;
		sectors_left -= count;
		is_done = sectors_left == 0;
	}
	if (is_done) {
		bottom_half_mark(BOTTOM_HALF_DISK);
	}
}

void disk_bottom_half(void) { wait_queue_wake(&reader); }

static void command(unsigned char code, unsigned sector, unsigned count)
{
	out8(DEVICE, DEVICE_LBA | (sector >> 24 & 0x0F));
	out8(SECTOR_COUNT, (unsigned char)count);
	out8(LBA_LOW, (unsigned char)sector);
	out8(LBA_MID, (unsigned char)(sector >> 8));
	out8(LBA_HIGH, (unsigned char)(sector >> 16));
	out8(STATUS, code);
}

int disk_read(unsigned sector, unsigned count, void *to)
{
	if (sector >= sectors || count > sectors - sector) {
		return -EIO;
	}
	unsigned flags = critical_enter();
	target = to;
	sectors_left = count;
	is_done = has_failed = false;
	command(read_command, sector, count);
	while (!is_done) {
		wait_without_signals(&reader);
	}
	critical_leave(flags);
	if (has_failed) {
		printk("linux: the disk cannot read sector %u or one of the %u that follow\n", sector, count - 1);
	}
	return has_failed ? -EIO : 0;
}

/* At the start, without interrupts: true if the drive has done the command well. */
static bool poll(void)
{
	unsigned patience = PATIENCE;
	unsigned char status;

	do {
		status = in8(STATUS);
	} while ((status & STATUS_BSY) && --patience);
	return status != NO_DEVICE && (status & STATUS_DRDY) && !(status & (STATUS_BSY | STATUS_ERR | STATUS_DF));
}

static bool identify(void)
{
	unsigned short words[SECTOR_SIZE / 2];

	command(COMMAND_IDENTIFY, 0, 0);
	if (!poll() || !(in8(STATUS) & STATUS_DRQ)) {
		return false;
	}
	take(words, sizeof(words) / 4);
	if (!(words[WORD_CAPABILITIES] & CAPABILITY_LBA)) {
		printk("linux: the disk knows no logical block addresses\n");
		return false;
	}
	sectors = words[WORD_SECTORS] | (unsigned)words[WORD_SECTORS + 1] << 16;
	return sectors > 0;
}

void disk_start(void)
{
	if (in8(STATUS) == NO_DEVICE) {
		return;
	}
	out8(CONTROL, CONTROL_NIEN);
	out8(DEVICE, DEVICE_LBA);
	if (!poll() || !identify()) {
		return;
	}
	command(COMMAND_SET_MULTIPLE, 0, SECTORS_PER_PAGE);
	if (poll()) {
		read_command = COMMAND_READ_MULTIPLE;
		sectors_per_interrupt = SECTORS_PER_PAGE;
	}
	printk("linux: a disk of %u MB\n", sectors / 2048);
	is_done = true;
	arch_interrupt_start(ATA_IRQ, top_half);
	out8(CONTROL, 0);
}

unsigned disk_sectors(void) { return sectors; }
