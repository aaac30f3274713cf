"""Every operation of the table that has a door over REST, in the order of a case's life."""

from __future__ import annotations

from api.rest.counter_verbs import COUNTER_VERBS
from api.rest.course_verbs import COURSE_VERBS
from api.rest.paper_verbs import PAPER_VERBS
from api.rest.step_verbs import STEP_VERBS

VERBS = (*COUNTER_VERBS, *STEP_VERBS, *COURSE_VERBS, *PAPER_VERBS)
WORK_ITEM_VERBS = tuple(verb for verb in VERBS if verb.is_of_work_item)
CASE_VERBS = tuple(verb for verb in VERBS if not verb.is_of_work_item)
