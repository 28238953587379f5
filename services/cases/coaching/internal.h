/* internal.h - what the files of this area share. */
#pragma once

#include "web/request.h"

handler_fn list_mentor_links, create_mentor_link, get_mentor_link, record_mentor_meeting, end_mentor_link;
