"""邀请: campaigns with limited seats, personal invitations, proofs, and who came by what."""
