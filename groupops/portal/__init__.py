"""The addresses of the pages for group members, who never log in; the pages live with the apps they are about."""
