import time, pytest, subprocess, sys
from django.db import connection as db
from groupops.shared import secretbox, clock
from groupops.messaging.models import Delivery
from tests import processes
from tests.factories.messaging import *
from tests.messaging.fake import fake
pytestmark=pytest.mark.django_db(transaction=True)
W='''
import time
from django.conf import settings
from tests.messaging import purpose
purpose.told.append=lambda *_: None
settings.DELIVERY_KINDS = settings.DELIVERY_KINDS | purpose.KINDS
from groupops.messaging import delivery
from groupops.shared import clock
time.sleep(max(0,{start}-time.time()))
t=time.time(); n=delivery.run(now=clock.now, seconds=60); print(n, round(time.time()-t,2), time.process_time())
'''
@pytest.mark.parametrize("workers",[1,4])
def test_rate(tmp_path, settings, workers):
    settings.ALLOW_PRIVATE_TARGETS=True
    with fake(tmp_path) as p:
        c=ConnectionFactory(sealed=secretbox.seal(p.config())); b=BindingFactory(connection=c,remote_id="room"); p.open_room("room")
        rows=[DeliveryFactory.build(group=b.group,connection=c) for _ in range(1000)]
        Delivery.objects.bulk_create(rows)
        start=time.time()+8
        ps=[subprocess.Popen([sys.executable,"-c",processes.PREAMBLE+W.replace("purpose.told.append=lambda *_: None","").format(start=start)],cwd=processes.ROOT,env=processes.environment(),stdout=subprocess.PIPE,text=True) for _ in range(workers)]
        outs=[q.communicate()[0] for q in ps]
        print("WORKERS",workers,db.vendor,outs,len(p.said()), len(set(p.said())))
