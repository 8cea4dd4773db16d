/* SPDX-License-Identifier: MIT
 *
 * Mapping and granting by message: rights, sizes, receive windows; unmapping and its reach.
 */
#include "client.h"

enum { REGION_LOG2 = 16, REGION_PAGES = 16 };

static unsigned char region[REGION_PAGES][L4_PAGE_SIZE] __attribute__((aligned(1 << REGION_LOG2)));
static unsigned char granted[L4_PAGE_SIZE] __attribute__((aligned(4096)));

static volatile unsigned *word(unsigned page)
{
	return (volatile unsigned *)region[page];
}

static unsigned there(unsigned page)
{
	return SCRATCH + page * L4_PAGE_SIZE;
}

static l4_fpage one_page(unsigned page, unsigned rights)
{
	return l4_make_fpage((unsigned)region[page], L4_PAGE_SIZE_LOG2, rights);
}

static void fill(void)
{
	for (unsigned page = 0; page < REGION_PAGES; page++) {
		*word(page) = 100 + page;
	}
}

static void check_rights(void)
{
	client_start(L4_WHOLE_SPACE);
	check_equal("a page is mapped by message", client_map(there(0), one_page(0, L4_FPAGE_WRITABLE)),
		    L4_RESULT_MAPPED);
	check_equal("the receiver sees the sender's memory", client_read(there(0)), 100);
	client_write(there(0));
	check_equal("the sender sees what the receiver writes", *word(0), WRITE_VALUE);
	check_equal("neither takes a page fault", client_faults, 0);

	client_map(there(1), one_page(1, L4_FPAGE_READ_ONLY));
	check_equal("a read-only mapping can be read", client_read(there(1)), 101);
	check_equal("without a fault", client_faults, 0);
	client_map(there(1), one_page(1, L4_FPAGE_WRITABLE));
	client_write(there(1));
	check("mapping again gives the right to write", client_faults == 0 && *word(1) == WRITE_VALUE);

	client_map(there(2), one_page(2, L4_FPAGE_READ_ONLY));
	client_write(there(2));
	check("a write to a read-only mapping faults", client_faults == 1 && *word(2) == 102);

	client_map(there(3), one_page(3, L4_FPAGE_READ_ONLY));
	client_map(there(3), one_page(4, L4_FPAGE_READ_ONLY));
	check_equal("another frame replaces a mapping", client_read(there(3)), 104);

	client_set_window(L4_RECEIVE_SHORT);
	check_equal("without a window a mapping is cut", client_map(there(5), one_page(5, 0)), L4_SEND_CUT);
	let_others_run();
	check_equal("the receiver is told so too", client_error, L4_RECEIVE_CUT);
	client_stop();
}

static void check_sizes(void)
{
	fill();
	client_start(l4_make_fpage(SCRATCH, REGION_LOG2, 0));
	client_map(0, l4_make_fpage((unsigned)region, REGION_LOG2, L4_FPAGE_WRITABLE));
	check_equal("a flexpage of 16 pages, first page", client_read(there(0)), 100);
	check_equal("a flexpage of 16 pages, last page", client_read(there(15)), 115);
	check_equal("all of them came at once", client_faults, 0);
	client_stop();

	client_start(l4_make_fpage(SCRATCH, REGION_LOG2, 0));
	client_map(0xabcd0000 + 3 * L4_PAGE_SIZE, one_page(7, 0));
	check_equal("a small flexpage goes where the send base says", client_read(there(3)), 107);
	check_equal("and nowhere else", client_read(there(2)), NOT_MAPPED);
	client_stop();

	client_start(l4_make_fpage(SCRATCH, L4_PAGE_SIZE_LOG2, 0));
	client_map(6 * L4_PAGE_SIZE, l4_make_fpage((unsigned)region, REGION_LOG2, 0));
	check_equal("a small window gets the part that the send base says", client_read(there(0)), 106);
	check_equal("and nothing outside the window", client_read(there(1)), NOT_MAPPED);
	client_stop();

	client_start(L4_WHOLE_SPACE);
	check_equal("the whole space is mapped", client_map(0, L4_WHOLE_SPACE), L4_RESULT_MAPPED);
	check_equal("one-to-one", client_read((unsigned)region[9]), 109);
	check_equal("even far up", client_read(INFO_PAGE), L4_KIP_MAGIC);
	client_stop();
}

static void check_grant(void)
{
	fill();
	client_start(L4_WHOLE_SPACE);
	*(volatile unsigned *)granted = 55;
	l4_fpage fpage = l4_make_fpage((unsigned)granted, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE | L4_FPAGE_GRANT);
	check_equal("a page is granted", client_map(there(0), fpage), L4_RESULT_MAPPED);
	check_equal("the receiver has it", client_read(there(0)), 55);
	l4_fpage_unmap(fpage, L4_UNMAP_PAGE | L4_UNMAP_ALL_SPACES);
	check("the granter cannot take it back", client_read(there(0)) == 55 && client_faults == 0);
	client_map(there(1), one_page(1, L4_FPAGE_READ_ONLY));
	client_map(there(1), one_page(1, L4_FPAGE_WRITABLE | L4_FPAGE_GRANT));
	check("a page can be granted to whom it was mapped before",
	      client_read(there(1)) == 101 && client_faults == 0);
	client_stop();
	/* Sigma0 still has it for this task: a fault brings it back. */
	check_equal("the frame is sigma0's to give again", *(volatile unsigned *)granted, 55);
}

void check_mapping(void)
{
	fill();
	check_rights();
	check_sizes();
	check_grant();
}

void check_unmap(void)
{
	fill();
	client_start(L4_WHOLE_SPACE);
	for (unsigned page = 0; page < 4; page++) {
		client_map(there(page), one_page(page, L4_FPAGE_WRITABLE));
	}
	l4_fpage_unmap(one_page(0, 0), L4_UNMAP_PAGE | L4_UNMAP_OTHER_SPACES);
	check_equal("unmap takes the page from the others", client_read(there(0)), NOT_MAPPED);
	check_equal("but not from the invoker", *word(0), 100);

	l4_fpage_unmap(one_page(1, 0), L4_UNMAP_WRITE_ACCESS | L4_UNMAP_OTHER_SPACES);
	client_faults = 0;
	check("write access alone can be taken away", client_read(there(1)) == 101 && client_faults == 0);
	client_write(there(1));
	check("a write faults then", client_faults == 1 && *word(1) == 101);

	l4_fpage_unmap(l4_make_fpage((unsigned)region, REGION_LOG2, 0), L4_UNMAP_PAGE | L4_UNMAP_ALL_SPACES);
	check_equal("a flush reaches the others", client_read(there(2)), NOT_MAPPED);
	check_equal("sigma0 gives the flushed page back", *word(2), 102);

	client_map(there(8), one_page(8, L4_FPAGE_WRITABLE));
	client_unmap(l4_make_fpage(there(8), L4_PAGE_SIZE_LOG2, 0), L4_UNMAP_PAGE | L4_UNMAP_ALL_SPACES);
	check_equal("a task can flush what it was given", client_read(there(8)), NOT_MAPPED);
	check_equal("its mapper still has it", *word(8), 108);
	client_stop();
}
