"""What happens later, or again and again: jobs of django-tasks with retries, a timetable, and followers of the log.

A job is a row written in the transaction that asks for it; the worker (`siegel-server serve` runs one) takes it up.
Every job may run twice: after a crash it is begun anew.
"""
