"""Handing over everything a departing officer holds (离岗交接): the act, and each work item it moves."""
