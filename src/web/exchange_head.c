/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "barometre/base/clock.h"
#include "exchange_private.h"

static const struct {
	int status;
	const char *line;
} reasons[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{301, "Moved Permanently"},
	{302, "Found"},
	{303, "See Other"},
	{304, "Not Modified"},
	{307, "Temporary Redirect"},
	{308, "Permanent Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{410, "Gone"},
	{411, "Length Required"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{415, "Unsupported Media Type"},
	{417, "Expectation Failed"},
	{422, "Unprocessable Content"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
	{505, "HTTP Version Not Supported"},
};

const char *http_reason(int status)
{
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].line;
	return "";
}

const char *http_date_now(void)
{
	static const char days[7][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	/* Of the loop's thread only. */
	static int64_t kept = -1;
	static char text[64];

	int64_t second = clock_now() / USEC_PER_SEC;
	if (second == kept)
		return text;
	int64_t day = second / 86400;
	int in_day = (int)(second % 86400);
	int year, month, mday;
	civil_from_day_number(day, &year, &month, &mday);
	(void)snprintf(text, sizeof(text), "%s, %02d %s %04d %02d:%02d:%02d GMT",
		days[civil_weekday(year, month, mday) - 1], mday, months[month - 1], year,
		in_day / 3600, in_day / 60 % 60, in_day % 60);
	kept = second;
	return text;
}

void http_head_start(struct buf *out, int status, const char *content_type, bool chunked,
	size_t length)
{
	char number[48];
	(void)snprintf(number, sizeof(number), "HTTP/1.1 %d ", status);
	buf_puts(out, number);
	buf_puts(out, http_reason(status));
	buf_puts(out, "\r\nDate: ");
	buf_puts(out, http_date_now());
	if (content_type) {
		buf_puts(out, "\r\nContent-Type: ");
		buf_puts(out, content_type);
	}
	buf_puts(out, "\r\n");
	if (chunked) {
		buf_puts(out, "Transfer-Encoding: chunked\r\n");
	} else if (length != SIZE_MAX && status >= 200 && status != 204 &&
		status != 304) {
		/* RFC 9110 8.6: never with 1xx and 204; with 304 it would have to be
		 * that of the 200. */
		(void)snprintf(number, sizeof(number), "Content-Length: %zu\r\n", length);
		buf_puts(out, number);
	}
}
