/* SPDX-License-Identifier: MIT
 *
 * 4 MB pages: mapped as a whole, in parts, and taken back in parts; and device memory, which comes in nothing smaller.
 */
#include "client.h"

enum {
	LOG2 = L4_SIGMA0_SUPERPAGE_LOG2,
	SIZE = 1 << LOG2,
	LARGE = 8 << 20, /* physical and virtual */
	PAGES = SIZE / L4_PAGE_SIZE,
	THERE = SCRATCH + SIZE, /* in the client */
	ELSEWHERE = THERE + SIZE,
	DEVICE = 0x60000000,
	LOCAL_APIC = 0xfee00000,
};

static unsigned char other[L4_PAGE_SIZE] __attribute__((aligned(4096)));

static volatile unsigned *word(unsigned page)
{
	return (volatile unsigned *)(LARGE + page * L4_PAGE_SIZE);
}

static unsigned at(unsigned base, unsigned page)
{
	return base + page * L4_PAGE_SIZE;
}

static l4_fpage one_page(unsigned page, unsigned rights)
{
	return l4_make_fpage(at(LARGE, page), L4_PAGE_SIZE_LOG2, rights);
}

static l4_fpage whole(unsigned rights)
{
	return l4_make_fpage(LARGE, LOG2, rights);
}

/* A 4 MB page of sigma0's, with a number in each page, whatever became of the last one. */
static bool get(void)
{
	l4_fpage_unmap(whole(0), L4_UNMAP_PAGE | L4_UNMAP_ALL_SPACES);
	bool came = l4_sigma0_get_superpage(LARGE, LARGE);
	for (unsigned page = 0; page < PAGES; page++) {
		*word(page) = 1000 + page;
	}
	return came;
}

/* The client's pages that hold the number of the one at the same place here. */
static unsigned right_pages(unsigned base)
{
	unsigned right = 0;
	for (unsigned page = 0; page < PAGES; page++) {
		right += client_read(at(base, page)) == 1000 + page;
	}
	return right;
}

static void check_whole(void)
{
	check("a 4 MB page comes from sigma0", get());
	client_start(L4_WHOLE_SPACE);
	check_equal("it is mapped by message", client_map(THERE, whole(L4_FPAGE_WRITABLE)), L4_RESULT_MAPPED);
	check_equal("all 1024 pages are there", right_pages(THERE), PAGES);
	client_write(at(THERE, 700));
	check_equal("the receiver can write", *word(700), WRITE_VALUE);
	check_equal("without a fault", client_faults, 0);
	l4_fpage_unmap(whole(0), L4_UNMAP_WRITE_ACCESS | L4_UNMAP_OTHER_SPACES);
	client_write(at(THERE, 701));
	check("write access to all of it is taken away", *word(701) == 1701 && client_read(at(THERE, 702)) == 1702);
	client_map(THERE, whole(L4_FPAGE_WRITABLE));
	client_faults = 0;
	client_write(at(THERE, 703));
	check("and given back", *word(703) == WRITE_VALUE && client_faults == 0);
	l4_fpage_unmap(whole(0), L4_UNMAP_PAGE | L4_UNMAP_OTHER_SPACES);
	check_equal("all of it is taken away", client_read(at(THERE, 1023)), NOT_MAPPED);
	client_stop();
}

static void check_smaller_windows(void)
{
	get();
	client_start(l4_make_fpage(THERE, 16, 0));
	client_map(at(0, 512), whole(0));
	check_equal("a window of 64 KB gets the part that the send base says", client_read(at(THERE, 15)), 1527);
	check_equal("and no more", client_read(at(THERE, 16)), NOT_MAPPED);
	client_stop();

	client_start(L4_WHOLE_SPACE);
	client_map(at(THERE, 3), one_page(9, L4_FPAGE_WRITABLE));
	check_equal("one page of it is mapped", client_read(at(THERE, 3)), 1009);
	client_map(THERE, whole(L4_FPAGE_WRITABLE));
	client_faults = 0;
	check("a 4 MB page replaces pages", right_pages(THERE) == PAGES && client_faults == 0);
	client_stop();
}

static void check_parts(void)
{
	get();
	client_start(L4_WHOLE_SPACE);
	client_map(THERE, whole(L4_FPAGE_WRITABLE));
	*(volatile unsigned *)other = 55;
	client_map(at(THERE, 4), l4_make_fpage((unsigned)other, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE));
	check_equal("a page replaces a part of a 4 MB page", client_read(at(THERE, 4)), 55);
	check_equal("and nothing but that part", right_pages(THERE), PAGES - 1);
	client_stop();

	get();
	client_start(L4_WHOLE_SPACE);
	client_map(THERE, whole(L4_FPAGE_WRITABLE));
	client_map(ELSEWHERE, whole(L4_FPAGE_WRITABLE));
	l4_fpage_unmap(one_page(5, 0), L4_UNMAP_PAGE | L4_UNMAP_OTHER_SPACES);
	check("a part is unmapped, wherever it was",
	      client_read(at(THERE, 5)) == NOT_MAPPED && client_read(at(ELSEWHERE, 5)) == NOT_MAPPED);
	check_equal("the invoker keeps it", *word(5), 1005);
	check_equal("the rest stays", right_pages(ELSEWHERE), PAGES - 1);
	l4_fpage_unmap(l4_make_fpage(at(LARGE, 8), 15, 0), L4_UNMAP_WRITE_ACCESS | L4_UNMAP_OTHER_SPACES);
	client_write(at(THERE, 15));
	client_write(at(THERE, 16));
	check("a part becomes read-only", *word(15) == 1015 && *word(16) == WRITE_VALUE);
	client_stop();

	get();
	client_start(L4_WHOLE_SPACE);
	client_map(THERE, one_page(6, L4_FPAGE_WRITABLE | L4_FPAGE_GRANT));
	check_equal("a part is granted", client_read(THERE), 1006);
	l4_fpage_unmap(whole(0), L4_UNMAP_PAGE | L4_UNMAP_ALL_SPACES);
	client_faults = 0;
	check("it is the receiver's now", client_read(THERE) == 1006 && client_faults == 0);
	client_stop();

	get();
	client_start(L4_WHOLE_SPACE);
	client_map(THERE, whole(L4_FPAGE_WRITABLE | L4_FPAGE_GRANT));
	l4_fpage_unmap(whole(0), L4_UNMAP_PAGE | L4_UNMAP_ALL_SPACES);
	check("a 4 MB page is granted", right_pages(THERE) == PAGES && client_faults == 0);
	client_unmap(l4_make_fpage(THERE, LOG2, 0), L4_UNMAP_PAGE | L4_UNMAP_ALL_SPACES);
	check_equal("the receiver flushes it", client_read(THERE), NOT_MAPPED);
	client_stop();
}

static void check_device_memory(void)
{
	check("sigma0 maps device memory", l4_sigma0_get_device(LOCAL_APIC, DEVICE));
	check("and again", l4_sigma0_get_device(LOCAL_APIC, DEVICE + SIZE));
	struct l4_message message = l4_ipc_call(l4_sigma0(), DEVICE, 0, 0, L4_RECEIVE_SHORT, L4_NEVER);
	check_equal("the kernel takes no message from there", l4_error(message.result), L4_SEND_RECEIVE_FAULT_TIMEOUT);
	l4_fpage_unmap(l4_make_fpage(DEVICE, LOG2 + 1, 0), L4_UNMAP_PAGE | L4_UNMAP_ALL_SPACES);
	check("sigma0 has no device memory below 1 GB or from 3 GB on",
	      !l4_sigma0_request(0x3ffff000, 0, DEVICE, L4_PAGE_SIZE_LOG2) &&
		      !l4_sigma0_request(0xc0000000, 0, DEVICE, L4_PAGE_SIZE_LOG2));
}

void check_superpages(void)
{
	check_whole();
	check_smaller_windows();
	check_parts();
	check_device_memory();
	l4_fpage_unmap(whole(0), L4_UNMAP_PAGE | L4_UNMAP_ALL_SPACES);
}
