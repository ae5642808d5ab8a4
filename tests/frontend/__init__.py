"""Tests of the build of the front end, the template tags and the components."""
