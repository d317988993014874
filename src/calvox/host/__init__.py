"""The session-host side: enrolment, acquiring and releasing CALs, tokens verified offline."""
