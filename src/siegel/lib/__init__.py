"""Public standards in pure Python; nothing in here knows Siegel or imports anything of ours."""
